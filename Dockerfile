# The sandbox as a container. Flags go after the image's name, settings also into the environment:
#   docker build -t journeys-sandbox .
#   docker run --rm -p 4300:4300 journeys-sandbox --seed empty
# It writes nothing, so it runs with --read-only; to keep data, mount a volume: -v journeys:/data … --db /data/journeys.db
# For more than one platform: docker buildx build --platform linux/amd64,linux/arm64 .

# What npm publishes; the same for every platform.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm pack --silent && tar -xf journeys-sandbox-*.tgz

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# No dependency needs its install script: better-sqlite3 comes with its binaries. Of these only ours is kept, and none
# of the SQLite sources. That what is left works is tried here, so that a mistake fails the build and not the container.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && cd node_modules/better-sqlite3 \
  && rm -r deps src binding.gyp \
  && find prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete \
  && node -e "new (require('better-sqlite3'))(':memory:').close()"

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="journeys-sandbox" \
      org.opencontainers.image.description="The reference server for Annex Cloud's Journeys API" \
      org.opencontainers.image.licenses="MIT"
# A named volume takes over the owner of the directory it is mounted on.
RUN install --directory --owner=node --group=node /data
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /src/package .
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4300
EXPOSE 4300
USER node
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s --retries=3 CMD ["node", "/app/bin/healthcheck.js"]
ENTRYPOINT ["node", "/app/bin/journeys-sandbox.js"]
