package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Clients of a driver in its own language, which do not stop before their input ends. */
public final class SteadyDriver {
  private static final long MOST_SECONDS = 60;
  private static final int ROUNDS = 3;

  private final Path output;
  private final Process process;

  /**
   * @param driver psql, psycopg or asyncpg
   * @param output a file that is not there yet
   */
  SteadyDriver(String driver, Target target, Path output) throws IOException {
    this(driver, driver.equals("psql") ? "steady.sh" : "steady.py", target, output);
  }

  /**
   * The same with another program.
   *
   * @param script of the driver's folder
   */
  public SteadyDriver(String driver, String script, Target target, Path output) throws IOException {
    this.output = output;
    ProcessBuilder builder = new ProcessBuilder(command(driver, script));
    builder
        .environment()
        .putAll(
            Map.of(
                "HD_HOST",
                target.host(),
                "HD_PORT",
                Integer.toString(target.port()),
                "HD_USER",
                target.user(),
                "HD_PASSWORD",
                target.password(),
                "HD_DATABASE",
                target.database()));
    process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  private static List<String> command(String driver, String script) {
    Path built = Toolchain.built(driver);
    String source = Toolchain.scripts(driver).resolve(script).toString();
    return switch (script.substring(script.lastIndexOf('.'))) {
      case ".py" -> List.of(built.resolve("bin/python").toString(), "-B", source);
      case ".js" -> List.of("node", built.resolve(script).toString());
      default -> List.of(source);
    };
  }

  private String text() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Waits until it has done some rounds more; fails if one of its clients has failed. */
  public void goesOn() {
    long before = text().lines().count();
    Await.until(
        "its clients are served",
        Duration.ofSeconds(MOST_SECONDS),
        () -> text().lines().count() >= before + ROUNDS || !process.isAlive(),
        this::text);
    assertThat(process.isAlive()).as(this::text).isTrue();
  }

  /** Has them end. */
  public void end() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
        Toolchain.end(process);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing has failed for one of them, either, until they were to end. */
  public void endedWell() {
    assertThat(process.exitValue()).as(this::text).isZero();
  }
}
