# syntax=docker/dockerfile:1
# Three stages: the dashboard's files, the Python environment with the sandbox image, and what is shipped.
ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS build
ARG UV_VERSION=0.13.9
WORKDIR /app
RUN python3 -m venv /uv && /uv/bin/pip install --no-cache-dir "uv==${UV_VERSION}"
COPY requirements/ requirements/
RUN /uv/bin/uv venv /opt/tools && /uv/bin/uv pip install --python /opt/tools --no-deps --require-hashes -r requirements/demo.txt
ENV PATH=/opt/tools/bin:$PATH
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM ${PYTHON} AS environment
WORKDIR /app
COPY --from=build /uv /uv
COPY requirements/serve.txt requirements/serve.txt
RUN /uv/bin/uv venv /opt/sealwright && /uv/bin/uv pip install --python /opt/sealwright --no-deps --require-hashes -r requirements/serve.txt
COPY pyproject.toml README.md ./
COPY sandbox/ sandbox/
COPY tenants/ tenants/
COPY api/ api/
# The packages are imported from /app; the image that every tool is forked from is built here, once.
ENV PYTHONPATH=/app PATH=/opt/sealwright/bin:$PATH SEALWRIGHT_IMAGES_DIR=/app/images
RUN python -c "from api.cli import main; main()" image build

FROM ${PYTHON}
RUN useradd --uid 10001 --create-home --home-dir /var/lib/sealwright sealwright
WORKDIR /app
COPY --from=environment /opt/sealwright /opt/sealwright
COPY --from=environment --chown=10001:10001 /app /app
COPY --from=build /app/frontend/dist /app/frontend/dist
ENV PYTHONPATH=/app PATH=/opt/sealwright/bin:$PATH PYTHONUNBUFFERED=1 \
    SEALWRIGHT_HOST=0.0.0.0 SEALWRIGHT_PORT=8000 SEALWRIGHT_LOG_JSON=true \
    SEALWRIGHT_DATA_DIR=/var/lib/sealwright SEALWRIGHT_IMAGES_DIR=/app/images
USER 10001:10001
VOLUME /var/lib/sealwright
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["python", "-c", "from api.cli import main; main()"]
CMD ["serve"]
