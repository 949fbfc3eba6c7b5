package dev.heimdall.engine.dialect.mysql;

import dev.heimdall.engine.prepared.ServerNaming;
import java.nio.charset.StandardCharsets;

/** Prepared statements have numbers that servers give: a name is the node's alone. */
record StatementNumbers(int loop) implements ServerNaming {
  @Override
  public byte[] name(long number) {
    return (loop + "." + number).getBytes(StandardCharsets.US_ASCII);
  }
}
