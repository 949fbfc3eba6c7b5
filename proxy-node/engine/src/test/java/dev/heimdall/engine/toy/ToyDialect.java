package dev.heimdall.engine.toy;

import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.dialect.Dialect;
import java.nio.charset.StandardCharsets;

/** All that a node has to know of the toy protocol. */
public final class ToyDialect {
  private ToyDialect() {}

  /** Without anything that a dialect need not bring; statements have handles. */
  public static Dialect create() {
    return new Dialect(
        new ToyClients(),
        new ToyServers(),
        new ToySessions(),
        ToySql.DIALECT,
        loop -> number -> Long.toString(number).getBytes(StandardCharsets.US_ASCII),
        CatalogueProtocol.NONE);
  }
}
