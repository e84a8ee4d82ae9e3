"""The last statement of an act that is journaled: the next number, taken when all else of its transaction is done.

A deferred trigger runs at COMMIT, behind whatever was put off before it in the same round: foreign keys that are
checked then wait for rows that others have locked. So the first trigger takes no number. It touches a row, and the
second, which that puts off in turn, comes in the next round, when no lock is waited for any more. The number's row is
the last lock of every act, and of no act but the last: nobody who holds it waits for anything.
"""

from django.db import migrations

NUMBER = """
CREATE FUNCTION contacts_journal_comes_last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Lines without a number are those of this transaction alone: committed, each has one.
    IF NEW.id = (SELECT min(id) FROM contacts_journalline WHERE number IS NULL) THEN
        UPDATE contacts_journalline SET number = NULL WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION contacts_journal_take_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owed bigint := (SELECT count(*) FROM contacts_journalline WHERE number IS NULL);
    before bigint;
BEGIN
    IF owed > 0 THEN
        INSERT INTO contacts_journalnumber AS counted (id, last) VALUES (1, owed)
            ON CONFLICT (id) DO UPDATE SET last = counted.last + owed RETURNING last - owed INTO before;
        UPDATE contacts_journalline line SET number = before + placed.place
            FROM (
                SELECT id, row_number() OVER (ORDER BY id) AS place FROM contacts_journalline WHERE number IS NULL
            ) placed
            WHERE line.id = placed.id;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER journal_comes_last AFTER INSERT ON contacts_journalline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.number IS NULL)
    EXECUTE FUNCTION contacts_journal_comes_last();

CREATE CONSTRAINT TRIGGER journal_take_numbers AFTER UPDATE ON contacts_journalline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.number IS NULL)
    EXECUTE FUNCTION contacts_journal_take_numbers();
"""

FORGET = """
DROP TRIGGER journal_take_numbers ON contacts_journalline;
DROP TRIGGER journal_comes_last ON contacts_journalline;
DROP FUNCTION contacts_journal_take_numbers();
DROP FUNCTION contacts_journal_comes_last();
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0046_journal")]

    operations = [migrations.RunSQL(NUMBER, FORGET)]
