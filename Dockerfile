# The bot alone; compose.yaml adds PostgreSQL and Redis.
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /cartable ./cmd/cartable

# Alpine brings the certificate authorities; the time zones are in the program.
FROM alpine:3.22
RUN adduser -D -u 10001 cartable
COPY --from=build /cartable /cartable
USER 10001:10001
WORKDIR /home/cartable
ENV CARTABLE_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/cartable", "healthcheck"]
ENTRYPOINT ["/cartable"]
CMD ["serve"]
