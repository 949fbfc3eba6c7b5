package dev.heimdall.launcher.rules;

import dev.heimdall.engine.action.PatternRegex;
import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.manager.analytics.StatementExpressions;
import dev.heimdall.model.Engine;
import java.util.Optional;

/** Makes expressions of patterns as the engine's rules that learn do. */
public final class PatternExpressions implements StatementExpressions {
  private final DialectProviders dialects = DialectProviders.found();

  @Override
  public Optional<String> of(String pattern, Engine engine) {
    return PatternRegex.ofNormalised(pattern, dialects.of(engine).statements());
  }
}
