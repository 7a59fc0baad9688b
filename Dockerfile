# syntax=docker/dockerfile:1
# The dashboard's files, the Python environment, the guest image that every tool is forked from, the lists of what is in
# it all (SBOM), and what is shipped. How to build, sign and run it: terraform/README.md.
#
# The base stands here by its tag, since a digest has to be asked of a registry and ages with every security fix. What is
# shipped is built with the digest of the day: --build-arg PYTHON=python:3.13-slim-bookworm@sha256:...
ARG PYTHON=python:3.13-slim-bookworm

# Empty, unless the build is given a folder: --build-context certificates=FOLDER (authorities of databases, as PEM).
FROM scratch AS certificates

FROM ${PYTHON} AS tools
ARG UV_VERSION=0.13.9
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
RUN python3 -m venv /uv && /uv/bin/pip install --no-cache-dir "uv==${UV_VERSION}"
WORKDIR /app

FROM tools AS dashboard
COPY requirements/demo.txt requirements/demo.txt
RUN /uv/bin/uv venv /opt/tools && /uv/bin/uv pip install --python /opt/tools --no-deps --require-hashes -r requirements/demo.txt
ENV PATH=/opt/tools/bin:$PATH
WORKDIR /app/frontend
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build && npm sbom --package-lock-only --omit dev --sbom-format cyclonedx > /dashboard.cdx.json

FROM tools AS environment
COPY requirements/serve.txt requirements/serve.txt
RUN /uv/bin/uv venv /opt/sealwright \
    && /uv/bin/uv pip install --python /opt/sealwright --no-deps --require-hashes --compile-bytecode -r requirements/serve.txt
COPY sandbox/ sandbox/
COPY tenants/ tenants/
COPY api/ api/
# Made by root and read by everybody: whoever breaks out of the server's code cannot change it.
ENV PYTHONPATH=/app PATH=/opt/sealwright/bin:$PATH SEALWRIGHT_IMAGES_DIR=/app/images
# Native code is its maker's alone elsewhere; here another user copies it to where it is used.
RUN python -m compileall -q api tenants sandbox && python -c "from api.cli import main; main()" image build \
    && chmod -R a+rX /app/images

FROM tools AS sbom
COPY requirements/sbom.txt requirements/sbom.txt
RUN /uv/bin/uv venv /opt/sbom && /uv/bin/uv pip install --python /opt/sbom --no-deps --require-hashes -r requirements/sbom.txt
COPY --from=environment /opt/sealwright /opt/sealwright
# Of Python, the libraries inside the guest image included: they are copied from this environment into it.
RUN /opt/sbom/bin/cyclonedx-py environment --of JSON -o /server.cdx.json /opt/sealwright

FROM ${PYTHON}
# tini is the first process: it passes signals on, and it reaps what dies without a parent. A kernel gives the first
# process of a container no handler that it did not set itself, and Kubernetes offers no init of its own, so it is in here.
# No version: the archive of a Debian release keeps only the newest, which has the security fixes.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /var/lib/sealwright sealwright
WORKDIR /app
COPY --from=environment /opt/sealwright /opt/sealwright
COPY --from=environment /app /app
COPY --from=dashboard /app/frontend/dist /app/frontend/dist
COPY --from=dashboard /dashboard.cdx.json /app/sbom/dashboard.cdx.json
COPY --from=sbom /server.cdx.json /app/sbom/server.cdx.json
COPY --from=certificates / /etc/sealwright/certificates/
COPY --chmod=755 terraform/image/sealwright /usr/local/bin/sealwright
# Of the file system only the two volumes are written, so its root can be mounted read-only.
ENV PYTHONPATH=/app PATH=/opt/sealwright/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SEALWRIGHT_HOST=0.0.0.0 SEALWRIGHT_PORT=8000 SEALWRIGHT_LOG_JSON=true \
    SEALWRIGHT_DATA_DIR=/var/lib/sealwright SEALWRIGHT_IMAGES_DIR=/var/lib/sealwright/images \
    SEALWRIGHT_PULSE_FILE=/tmp/sealwright.pulse
USER 10001:10001
VOLUME ["/var/lib/sealwright", "/tmp"]
EXPOSE 8000
# The same for `serve` and `worker`: both touch the file while they live, and a worker answers no port. Whether a server
# should be sent requests is another question, which balancers ask it at /readyz.
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=3 \
    CMD ["sh", "-c", "test -n \"$(find \"$SEALWRIGHT_PULSE_FILE\" -newermt '-30 seconds')\""]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--", "sealwright"]
CMD ["serve"]
