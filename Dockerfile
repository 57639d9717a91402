# The two parties, each an image with its own code and packages only:
#   docker build --target provider -t softpost-provider .
#   docker build --target owner    -t softpost-owner .
# Both run as an ordinary user and on a read-only root file system: what they keep is in the volume /data, and /tmp must be writable.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS packages
WORKDIR /app
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
RUN npm install --global --no-fund --no-audit "$(node -p 'require("./package.json").packageManager')"
COPY packages/shared/package.json packages/shared/
COPY packages/owner-client/package.json packages/owner-client/
COPY packages/provider-server/package.json packages/provider-server/
# The owner's packages, which are some of the provider's, go to /owner. Of onnxruntime-node, binaries for other platforms are five sixths.
RUN pnpm install --prod --frozen-lockfile --filter @softpost/owner-client... \
  && find node_modules/.pnpm/onnxruntime-node@*/node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 \
    ! -path "*/$(node -p 'process.platform + "/" + process.arch')" -exec rm -r {} + \
  && cp -a /app /owner \
  && pnpm install --prod --frozen-lockfile --filter @softpost/provider-server... \
  && rm -r "$(pnpm store path)"

FROM ${BASE_IMAGE} AS party
ENV NODE_ENV=production XDG_CACHE_HOME=/tmp/cache
WORKDIR /app
COPY LICENSE package.json ./
COPY proto proto
# So that volumes that are mounted there belong to the user.
RUN install --directory --owner=node --group=node --mode=700 /data /artifacts /exchange
VOLUME /data

FROM party AS provider
COPY --from=packages /app/node_modules node_modules
COPY --from=packages /app/packages/shared/node_modules packages/shared/node_modules
COPY --from=packages /app/packages/provider-server/node_modules packages/provider-server/node_modules
COPY packages/shared packages/shared
COPY packages/provider-server packages/provider-server
RUN ln -s /app/packages/provider-server/bin/softpost-provider.mjs /usr/local/bin/softpost-provider
USER node
ENV SOFTPOST_CONFIG=/etc/softpost/provider.yaml
EXPOSE 50051 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=120s --retries=12 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["softpost-provider", "serve"]

FROM party AS owner
COPY --from=packages /owner/node_modules node_modules
COPY --from=packages /owner/packages/shared/node_modules packages/shared/node_modules
COPY --from=packages /owner/packages/owner-client/node_modules packages/owner-client/node_modules
COPY packages/shared packages/shared
COPY packages/owner-client packages/owner-client
RUN ln -s /app/packages/owner-client/bin/softpost-owner.mjs /usr/local/bin/softpost-owner
USER node
ENV SOFTPOST_CONFIG=/etc/softpost/owner.yaml
CMD ["softpost-owner", "run"]
