package dev.heimdall.engine.kit;

import dev.heimdall.engine.catalog.Catalogue;

/**
 * A table at the servers of a dialect, to which its {@link KitWords} write, and what its SQL says
 * of it.
 *
 * @param catalogue what the node knows of the database
 * @param last reads one row with the word that was written last, or {@code none}
 * @param varying the same, with a value that is another one each time
 * @param elsewhere writes to another table
 * @param locking reads the same as {@code last}, and locks it
 * @param isolation gives the session's transactions the isolation level that stands for {@code %s}
 */
public record KitTable(
    Catalogue catalogue,
    String last,
    String varying,
    String elsewhere,
    String locking,
    String isolation) {}
