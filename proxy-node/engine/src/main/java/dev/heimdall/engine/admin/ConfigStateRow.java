package dev.heimdall.engine.admin;

import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.config.Origin;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Source of the configuration, and the state of its loading, for people and programs. */
record ConfigStateRow(ConfigurationState state) {
  static final Table<ConfigStateRow> TABLE =
      new Table<ConfigStateRow>((one, other) -> 0)
          .text("place", row -> row.origin().place())
          .text("version", row -> row.origin().version().orElse(null))
          .text("hash", row -> row.state().hash())
          .text("applied", row -> row.state().applied())
          .text("looked", row -> row.origin().looked().orElse(null))
          .seconds("looked_seconds", row -> row.state().lookedAgo().orElse(null))
          .text("copy_of", row -> row.origin().copy().orElse(null))
          .text("trouble", row -> row.origin().trouble().orElse(null))
          .text("refused", row -> row.state().refused().orElse(null));

  private Origin origin() {
    return state.origin();
  }

  Map<String, Object> content() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("place", origin().place());
    origin().version().ifPresent(version -> content.put("version", version));
    content.put("hash", state.hash());
    content.put("applied", state.applied().toString());
    origin().looked().map(Instant::toString).ifPresent(at -> content.put("looked", at));
    content.put("onCopy", origin().copy().isPresent());
    origin().copy().map(Instant::toString).ifPresent(at -> content.put("copyOf", at));
    origin().trouble().ifPresent(trouble -> content.put("trouble", trouble));
    state.refused().ifPresent(problem -> content.put("refused", problem));
    return content;
  }
}
