# The image of every part: the command decides which. Data lives in /data, nothing else is written.
FROM python:3.12-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/tapehouse
ENV PATH=/opt/tapehouse/bin:$PATH
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# What the project names itself, in the versions and with the hashes of the lock; no test tools.
RUN python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
print(*p['dependencies'], *p['optional-dependencies']['postgres'], sep='\n')" > /tmp/names.txt \
    && pip install --requirement /tmp/names.txt --constraint requirements.lock \
    && pip check

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp tapehouse \
    && mkdir /data && chown tapehouse:tapehouse /data
COPY --from=packages /opt/tapehouse /opt/tapehouse
ENV PATH=/opt/tapehouse/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    TAPEHOUSE_DATA_DIR=/data \
    TAPEHOUSE_BUDGETS__FILE=/data/state/budgets.sqlite \
    PREFECT_HOME=/data/state/prefect \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    DO_NOT_TRACK=1
WORKDIR /app
COPY . .
# The settings are in the image as they ship; an environment variable or a mounted file changes them.
RUN cp tapehouse.example.toml tapehouse.toml \
    && pip install --no-cache-dir --no-deps --no-build-isolation --no-index --editable .
USER 10001:10001
VOLUME /data
STOPSIGNAL SIGTERM
# Settings can be read, the folder can be used and the newest copy opens.
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s \
    CMD ["tapehouse", "status", "--last", "1"]
ENTRYPOINT ["tapehouse"]
CMD ["run", "--every", "15m", "--market", "us", "--wait", "300"]
