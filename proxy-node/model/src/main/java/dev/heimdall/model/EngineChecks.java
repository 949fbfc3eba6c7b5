package dev.heimdall.model;

/**
 * Checks of the settings of a data source against its engine: those that mean nothing there must
 * not be written.
 */
final class EngineChecks {
  private final DataSource source;
  private final Reading in;

  EngineChecks(DataSource source, Reading in) {
    this.source = source;
    this.in = in;
  }

  void all() {
    if (!in.sound("$.engine", "$.url")) {
      return;
    }
    Engine ofUrl = Engine.ofUrl(source.url()).orElse(Engine.usual());
    if (!source.engine().equals(ofUrl)) {
      in.problem(
          "$.engine",
          quoted(source.engine()),
          quoted(ofUrl)
              + ", or nothing: "
              + in.arnAlone()
                  .map(arn -> "that is the engine of " + arn)
                  .orElse("the URL is one of that engine"));
    } else {
      ofUrl.unused().forEach(this::notHere);
      if (ofUrl.is(EngineTrait.GREETS_FIRST)) {
        user();
      }
    }
  }

  private void notHere(String path) {
    if (in.written(path) && in.sound(path)) {
      in.problem(
          path,
          "a setting of " + products(path),
          "nothing, because the engine is " + quoted(source.engine()));
    }
  }

  /** Products for which a setting has a meaning. */
  private static String products(String path) {
    return Engine.products(Engine.all().stream().filter(engine -> !engine.unused().contains(path)));
  }

  private void user() {
    if (in.sound("$.user", "$.credentials.secret", "$.credentials.iam")
        && !source.hasLogin()
        && !source.credentials().iam()) {
      in.problem(
          "$.user",
          "nothing",
          "the user as whom the node asks servers what they are, because the engine is "
              + quoted(source.engine())
              + ": clients hear that before they log in");
    }
  }

  private static String quoted(Engine engine) {
    return JsonValue.quote(engine.spelling());
  }
}
