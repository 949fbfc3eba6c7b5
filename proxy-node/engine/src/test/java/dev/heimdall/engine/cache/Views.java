package dev.heimdall.engine.cache;

import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.engine.share.Definitions;
import dev.heimdall.engine.share.SingleNode;
import dev.heimdall.engine.share.WritePositions;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Clusters of which nothing is known but what is told to them. */
final class Views {
  private Views() {}

  /**
   * @param dir an empty one, for its configuration
   */
  static ClusterView of(Path dir) throws IOException {
    Files.createDirectories(dir.resolve("sources"));
    Files.writeString(
        dir.resolve("sources/main.json"),
        "{\"url\": \"jdbc:postgresql://a\", \"user\": \"u\", \"cluster\": {\"kind\":"
            + " \"postgres\"}}");
    Files.createDirectories(dir.resolve("vdbs"));
    Files.writeString(dir.resolve("vdbs/app.json"), "{\"ports\": [0], \"source\": \"main\"}");
    return again(dir);
  }

  /** The same cluster, watched anew. */
  static ClusterView again(Path dir) throws IOException {
    Configuration read;
    try {
      read = ConfigurationReader.read(dir);
    } catch (Exception e) {
      throw new IOException("the configuration of the test is wrong", e);
    }
    DataSource source = read.sources().get("main");
    return new ClusterView(
        source,
        read.driverOf(source),
        new WritePositions(() -> CompletableFuture.completedFuture(Position.NONE)),
        Definitions.NONE,
        new SingleNode(),
        true,
        Optional::empty);
  }
}
