package dev.heimdall.engine.dialect;

import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.client.ClientProtocol;
import dev.heimdall.engine.console.ConsoleProtocol;

/**
 * All that the node has to know of one database protocol.
 *
 * @param clients how its clients log in
 * @param console how they talk to the admin database
 * @param servers how the node talks to servers
 */
public record Dialect(ClientProtocol clients, ConsoleProtocol console, ServerProtocol servers) {}
