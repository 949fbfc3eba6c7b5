package dev.heimdall.engine.jdbc;

import java.time.Duration;

/**
 * Purpose of a pool of connections.
 *
 * @param name what the pool is called in logs: {@code catalogue}
 * @param application what the server is told, as {@code application_name}
 * @param connections how many there may be to one database, at least 1
 * @param reading whether nothing is ever written: connections are read-only then, and each
 *     statement of a transaction sees what is committed by then. Else they begin in autocommit mode
 * @param own whether all that is run is the node's own: it does not depend on what the sessions of
 *     its user begin with, be it an isolation level or a limit of time
 * @param silence how long the server may be silent before the connection is given up; zero for any
 *     time
 */
public record Use(
    String name,
    String application,
    int connections,
    boolean reading,
    boolean own,
    Duration silence) {}
