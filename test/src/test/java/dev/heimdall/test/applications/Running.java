package dev.heimdall.test.applications;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.FreePort;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An application that serves. */
final class Running implements AutoCloseable {
  private static final long MINUTES = 10;
  private static final int TOLD = 6000;

  private final Process process;
  private final URI site;

  private Running(Process process, URI site) {
    this.process = process;
    this.site = site;
  }

  static Running of(Application application, Database database, Path home) throws IOException {
    int port = FreePort.any();
    for (Application.Command command : application.prepare(database, home, port)) {
      Process step = begin(command, home.resolve("prepare.log"));
      try {
        if (!step.waitFor(MINUTES, TimeUnit.MINUTES) || step.exitValue() != 0) {
          throw new IllegalStateException(
              application.name()
                  + " is not installed: "
                  + command.words()
                  + "\n"
                  + told(home.resolve("prepare.log")));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } finally {
        Toolchain.end(step);
      }
    }
    Path log = home.resolve("serve.log");
    Process process = begin(application.serve(database, home, port), log);
    URI site = URI.create("http://127.0.0.1:" + port + "/");
    Running running = new Running(process, site);
    try {
      Await.until(
          application.name() + " serves",
          Duration.ofMinutes(MINUTES),
          () -> !process.isAlive() || answers(site.resolve(application.ready())),
          () -> told(log));
      if (!process.isAlive()) {
        throw new IllegalStateException(application.name() + " has ended:\n" + told(log));
      }
      return running;
    } catch (RuntimeException | AssertionError e) {
      running.close();
      throw e;
    }
  }

  private static Process begin(Application.Command command, Path log) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command.words()).directory(command.directory().toFile());
    builder.environment().keySet().removeIf(name -> name.matches("(PG|HD_|JAVA_|MAVEN_).*"));
    builder.environment().putAll(command.environment());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private static boolean answers(URI page) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(20)).build();
      return HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          < 500;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static String told(Path log) {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
      String all = String.join("\n", lines);
      return all.substring(Math.max(0, all.length() - TOLD));
    } catch (IOException e) {
      return e.toString();
    }
  }

  URI site() {
    return site;
  }

  @Override
  public void close() {
    Toolchain.end(process);
  }
}
