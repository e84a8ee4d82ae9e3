from django.db import models

from contacts.models.people import Contact


class Topic(models.Model):
    """What people may be interested in. `name` and `sentence` are public: language → text."""

    slug = models.SlugField(max_length=100, unique=True)
    name = models.JSONField()
    sentence = models.JSONField()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def named(self, language: str) -> str:
        """Return the public name in a language, in English where it has none."""
        return str(self.name.get(language) or self.name["en"])

    def described(self, language: str) -> str:
        """Return the public sentence in a language, in English where it has none."""
        return str(self.sentence.get(language) or self.sentence["en"])


class Interest(models.Model):
    """A person's word on a topic: shown by what they asked for, or chosen by themselves. `wanted` false is a no."""

    contact = models.ForeignKey(Contact, models.DB_CASCADE, related_name="interests", db_index=False)
    topic = models.ForeignKey(Topic, models.DB_CASCADE, related_name="+")
    wanted = models.BooleanField(default=True)
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "topic"], name="interest_once")]

    def __str__(self) -> str:
        return f"Interest {self.pk}"
