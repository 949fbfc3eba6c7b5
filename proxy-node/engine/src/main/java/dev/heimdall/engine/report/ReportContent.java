package dev.heimdall.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.report.ReportSignature;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a report together from its sections. Several managers may want one at about a time. */
final class ReportContent {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final Logger LOG = LoggerFactory.getLogger("heimdall.report");

  private static final long SECTION_MILLIS = 1000;
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Size of a report besides its sections. */
  private static final int ENVELOPE = 16 << 10;

  private final Sender sender;
  private final String run = UUID.randomUUID().toString();
  private final Instant started = Instant.now();
  private final List<Section> sections;
  private final RequestedViews views;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final Set<String> failing = new HashSet<>();
  private ObjectNode known;
  private long at;

  /**
   * @param views what managers have it show besides, for the moment
   */
  ReportContent(Sender sender, List<Section> sections, RequestedViews views) {
    this.sender = sender;
    this.sections = List.copyOf(sections);
    this.views = views;
  }

  RequestedViews views() {
    return views;
  }

  Sender sender() {
    return sender;
  }

  /** Run of the node that the report is of. */
  String run() {
    return run;
  }

  /** As it is now, without what is for one manager alone. */
  ObjectNode current() {
    lock.lock();
    try {
      if (known == null || System.nanoTime() - at > FRESH_NANOS) {
        known = gathered();
        at = System.nanoTime();
      }
      return known.deepCopy();
    } finally {
      lock.unlock();
    }
  }

  private ObjectNode gathered() {
    Map<String, CompletableFuture<Map<String, Object>>> asked = new LinkedHashMap<>();
    for (Section section : sections) {
      asked.put(section.name(), asked(section));
    }
    ObjectNode report =
        JSON.createObjectNode()
            .put("run", run)
            .put("number", sender.number())
            .put("version", sender.version())
            .put("started", started.toString())
            .put("at", Instant.now().toString());
    ObjectNode contents = report.putObject("sections");
    List<String> missing = new ArrayList<>();
    int room = ReportSignature.LARGEST_REPORT - ENVELOPE;
    for (Map.Entry<String, CompletableFuture<Map<String, Object>>> one : asked.entrySet()) {
      String name = one.getKey();
      try {
        JsonNode content = JSON.valueToTree(one.getValue().join());
        int bytes = JSON.writeValueAsBytes(content).length;
        if (bytes > room) {
          throw new IllegalStateException("it has %d bytes, %d are left".formatted(bytes, room));
        }
        room -= bytes;
        contents.set(name, content);
        failing.remove(name);
      } catch (RuntimeException | JsonProcessingException e) {
        missing.add(name);
        if (failing.add(name)) {
          LOG.warn("reports go out without their section {}: {}", name, e.toString());
        }
      }
    }
    missing.forEach(report.putArray("missing")::add);
    return report;
  }

  private static CompletableFuture<Map<String, Object>> asked(Section section) {
    try {
      return section
          .content()
          .toCompletableFuture()
          .copy()
          .orTimeout(SECTION_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  static byte[] written(JsonNode report) {
    try {
      return JSON.writeValueAsBytes(report);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
