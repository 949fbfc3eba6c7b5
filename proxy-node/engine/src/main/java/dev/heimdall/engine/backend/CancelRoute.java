package dev.heimdall.engine.backend;

import dev.heimdall.model.TlsMode;
import io.netty.handler.ssl.SslContext;

/**
 * Route of a cancel request.
 *
 * @param tls null for plain text
 * @param mode what to do where TLS is refused: {@code PREFER} goes on without
 * @param direct whether TLS begins without being asked for
 * @param proxied whether a PROXY header goes before everything
 */
public record CancelRoute(
    String host, int port, SslContext tls, TlsMode mode, boolean direct, boolean proxied) {}
