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
 */
public record KitTable(Catalogue catalogue, String last, String varying, String elsewhere) {}
