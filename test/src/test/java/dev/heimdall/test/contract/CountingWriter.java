package dev.heimdall.test.contract;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A process that counts in several documents of a place at once, for as long as it lives. */
final class CountingWriter {
  static final List<String> NAMES =
      List.of("node.json", "sources/db.json", "users/a.json", "vdbs/orders.json", "vdbs/shop.json");

  private CountingWriter() {}

  /**
   * What documents are at first.
   *
   * @param more characters of each that cannot be compressed
   */
  static List<Change> beginning(int more) {
    return NAMES.stream().map(name -> Change.create(name, content(0, more))).toList();
  }

  private static Content content(int number, int more) {
    String text = Integer.toString(number);
    if (more > 0) {
      byte[] noise = new byte[more];
      new Random(number).nextBytes(noise);
      text += " " + Base64.getEncoder().encodeToString(noise);
    }
    return Content.of(text);
  }

  private static String number(Content content) {
    return new String(content.bytes(), StandardCharsets.UTF_8).split(" ", 2)[0];
  }

  /** What they say: one word, unless they are of several commits. */
  static Set<String> said(Documents documents) {
    return documents.contents().values().stream()
        .map(CountingWriter::number)
        .collect(Collectors.toSet());
  }

  /** Lets a writer live for a while; the last commit that it has reported. */
  static int live(String place, int more, Map<String, String> environment, long micros)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                CountingWriter.class.getName(),
                place,
                Integer.toString(more))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process writer = builder.start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      int reported = Integer.parseInt(out.readLine());
      TimeUnit.MICROSECONDS.sleep(micros);
      // By its handle: what it has printed can still be read then.
      writer.toHandle().destroyForcibly();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.endsWith(".")) {
          reported = Integer.parseInt(line.substring(0, line.length() - 1));
        }
      }
      writer.waitFor();
      return reported;
    }
  }

  public static void main(String[] args) throws StoreException {
    try (DocumentStore store = DocumentStore.open(StoreLocation.of(args[0]))) {
      Documents now = store.read();
      int number = Integer.parseInt(number(now.contents().get(NAMES.get(0))));
      System.out.println(number);
      while (true) {
        number++;
        Content content = content(number, Integer.parseInt(args[1]));
        Documents known = now;
        now =
            store.write(
                NAMES.stream()
                    .map(name -> new Change(name, Optional.of(content), known.versionOf(name)))
                    .toList());
        System.out.println(number + ".");
      }
    }
  }
}
