# Pin the base image by digest where builds must be repeatable.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /srv/metrics-explorer

# Packages first: this layer changes only with the lock file.
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements.lock

COPY . .
RUN pip install --no-deps --no-build-isolation -e . \
    && python -m compileall -q metrics app \
    && useradd --system --uid 10001 --home-dir /tmp --shell /usr/sbin/nologin metrics \
    && install -d -o metrics -g metrics /data

# Everything the product writes is in /data; the rest of the file system may be read-only.
ENV HOME=/tmp METRICS_HOME=/data
VOLUME /data
USER 10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["metrics", "run", "--host", "0.0.0.0", "--port", "8501"]
