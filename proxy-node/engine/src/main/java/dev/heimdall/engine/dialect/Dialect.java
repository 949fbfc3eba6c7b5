package dev.heimdall.engine.dialect;

import dev.heimdall.engine.client.ClientProtocol;

/**
 * All that the node has to know of one database protocol.
 *
 * @param clients how its clients log in
 */
public record Dialect(ClientProtocol clients) {}
