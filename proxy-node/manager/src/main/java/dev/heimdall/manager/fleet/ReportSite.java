package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Site;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.model.report.ReportSignature;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** {@code POST /api/v1/nodes/ID/report}: nodes come in by the fleet's key, not by passwords. */
public final class ReportSite implements Site {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final Pattern PATH = Pattern.compile("/api/v1/nodes/([^/]+)/report");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{16,64}");
  private static final Pattern TIME = Pattern.compile("[0-9]{1,15}");
  private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{64}");
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final Duration LONGEST_EVERY = Duration.ofMinutes(1);
  private static final int LONGEST_WORD = 100;

  /** Read, a report takes several times its bytes, and all nodes may send theirs in one moment. */
  private static final int READ_AT_A_TIME = 4;

  private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

  private final Fleet fleet;
  private final FleetConfiguration configuration;
  private final Orders orders;
  private final LiveView.Source looks;
  private final Clock clock;

  /** By which nodes tell managers apart that are behind one load balancer. */
  private final String self = UUID.randomUUID().toString();

  private final Semaphore reading = new Semaphore(READ_AT_A_TIME);
  private final Object lock = new Object();
  private boolean told;
  private long toldAt;

  /**
   * @param looks what nodes are to show besides, for the moment
   */
  public ReportSite(
      Fleet fleet,
      FleetConfiguration configuration,
      Orders orders,
      LiveView.Source looks,
      Clock clock) {
    this.fleet = fleet;
    this.orders = orders;
    this.looks = looks;
    this.configuration = configuration;
    this.clock = clock;
  }

  /** True if this path is a node's. */
  public static boolean takes(String path) {
    return PATH.matcher(path).matches();
  }

  /** Signature of a report, with the values that belong to it. */
  private record Signed(String id, String time, String nonce, String signature) {}

  @Override
  public Admission admit(Request request) throws Refusal {
    request.only("POST");
    request.type("application/json");
    Matcher path = PATH.matcher(request.path());
    if (!path.matches() || !ID.matcher(path.group(1)).matches()) {
      throw Request.bad(
          "A node's id has 1 to 64 letters, digits, \".\", \"_\" and \"-\", and begins with one of"
              + " the first two.");
    }
    Signed signed =
        new Signed(
            path.group(1),
            header(request, ReportSignature.TIME, TIME),
            header(request, ReportSignature.NONCE, NONCE),
            header(request, ReportSignature.SIGNATURE, SIGNATURE));
    inTime(signed, request);
    return new Admission(ReportSignature.LARGEST_REPORT, whole -> answer(whole, signed));
  }

  private String header(Request request, String name, Pattern form) throws Refusal {
    Optional<String> value = request.header(name).filter(text -> form.matcher(text).matches());
    if (value.isEmpty()) {
      throw refused(
          request, 401, "not_signed", "The header %s is missing or wrong.".formatted(name));
    }
    return value.get();
  }

  private void inTime(Signed signed, Request request) throws Refusal {
    Duration age = Duration.between(Instant.ofEpochMilli(millis(signed)), clock.instant());
    if (age.abs().compareTo(SKEW) > 0) {
      throw refused(
          request,
          401,
          "out_of_time",
          "It was signed at %s, and the manager's clock says %s: set the clocks."
              .formatted(Instant.ofEpochMilli(millis(signed)), clock.instant()));
    }
  }

  private static long millis(Signed signed) {
    return Long.parseLong(signed.time());
  }

  private Answer answer(Request request, Signed signed) throws Refusal {
    byte[] body = request.body(ReportSignature.LARGEST_REPORT);
    ReportSignature key = key(request, signed, body);
    reading.acquireUninterruptibly();
    try {
      return taken(request, signed, key, body);
    } finally {
      reading.release();
    }
  }

  private Answer taken(Request request, Signed signed, ReportSignature key, byte[] body)
      throws Refusal {
    JsonNode root = parsed(body);
    for (JsonNode had : root.path("elsewhere")) {
      if (had.asText().equals(self)) {
        throw new Refusal(
            421,
            "reported_elsewhere",
            "The node reports to this manager over another connection already.");
      }
    }
    SeenNode report = read(signed.id(), request, root);
    switch (fleet.take(report, millis(signed))) {
      case REPLAYED ->
          throw refused(request, 409, "replayed", "This report, or a later one, was here before.");
      case CLAIMED_BY_ANOTHER ->
          throw refused(
              request,
              409,
              "id_claimed",
              "Another node reports as %s now: give each node a name of its own (nodeName in /etc/heimdall.conf, or --node-name)."
                  .formatted(signed.id()));
      case TOO_MANY -> throw refused(request, 429, "too_many_nodes", "There are too many nodes.");
      case TOO_LARGE ->
          throw refused(
              request,
              413,
              "content_too_large",
              "The last reports of all nodes would take more of the manager's heap than they may, and this one is larger than its part: give the manager more heap.");
      case TAKEN -> {}
    }
    ObjectNode said = Answer.JSON.createObjectNode();
    said.put("manager", self);
    ArrayNode commands = said.putArray("commands");
    for (Order order : orders.reported(report.id(), report.run(), root.path("orders"))) {
      ObjectNode one =
          commands.addObject().put("id", order.id()).put("kind", order.command().spelling());
      ObjectNode parameters = one.putObject("parameters");
      order.parameters().forEach(parameters::put);
    }
    ArrayNode looked = said.putArray("looks");
    for (LiveView look : looks.of(report.id())) {
      ObjectNode one = looked.addObject().put("id", look.id());
      ObjectNode parameters = one.putObject("parameters");
      look.parameters().forEach(parameters::put);
    }
    Answer answer = Answer.json(200, said);
    return answer.with(
        ReportSignature.SIGNATURE, key.ofAnswer(answer.status(), signed.nonce(), answer.body()));
  }

  /** The key that it is signed with. */
  private ReportSignature key(Request request, Signed signed, byte[] body) throws Refusal {
    List<ReportSignature> keys = configuration.signatures();
    if (keys.isEmpty()) {
      throw refused(
          request,
          403,
          "no_key",
          "The manager's configuration has no key for reports: set manager.key or fleetKey in"
              + " node.json. Where they name a secret, the manager's log says why it is not read.");
    }
    ReportSignature found = null;
    for (ReportSignature key : keys) {
      String expected = key.ofReport(request.path(), signed.time(), signed.nonce(), body);
      if (ReportSignature.equal(expected, signed.signature())) {
        found = key;
      }
    }
    if (found == null) {
      throw refused(
          request,
          401,
          "wrong_signature",
          "It is signed with another key than manager.key, or fleetKey, in the manager's"
              + " node.json.");
    }
    return found;
  }

  /**
   * Rejects a report, and logs at most one line in ten seconds: any network client can cause
   * rejections.
   */
  private Refusal refused(Request request, int status, String code, String message) {
    boolean now;
    synchronized (lock) {
      now = !told || System.nanoTime() - toldAt > QUIET_NANOS;
      if (now) {
        told = true;
        toldAt = System.nanoTime();
      }
    }
    if (now) {
      new LogLine("a node's report was rejected")
          .pair("path", request.path())
          .pair("addr", request.from().getHostAddress())
          .pair("reason", message)
          .log(LOG, Level.WARN);
    }
    return new Refusal(status, code, message);
  }

  private static JsonNode parsed(byte[] body) throws Refusal {
    try {
      return Answer.JSON.readTree(body);
    } catch (IOException e) {
      throw Request.bad("This is no report.");
    }
  }

  private SeenNode read(String id, Request request, JsonNode root) throws Refusal {
    try {
      if (!root.path("sections").isObject() || word(root, "run").isEmpty()) {
        throw Request.bad("This is no report: $.run or $.sections is missing.");
      }
      Map<String, JsonNode> sections = new HashMap<>();
      root.path("sections").properties().forEach(one -> sections.put(one.getKey(), one.getValue()));
      Duration every = Duration.ofMillis(Math.max(1, root.path("everyMillis").asLong(2000)));
      return new SeenNode(
          id,
          word(root, "run"),
          root.path("number").asInt(),
          word(root, "version"),
          Instant.parse(root.path("started").asText()),
          request.from().getHostAddress(),
          clock.instant(),
          every.compareTo(LONGEST_EVERY) > 0 ? LONGEST_EVERY : every,
          sections,
          Optional.empty());
    } catch (DateTimeException e) {
      throw Request.bad("This is no report.");
    }
  }

  private static String word(JsonNode root, String key) {
    String text = root.path(key).asText("");
    return text.length() > LONGEST_WORD ? text.substring(0, LONGEST_WORD) : text;
  }
}
