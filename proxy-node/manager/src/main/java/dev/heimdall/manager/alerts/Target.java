package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.pages.Troubles;
import dev.heimdall.manager.problems.Problems;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.ConfigurationException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** Recipient of events and alerts. */
final class Target {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,39}");

  private final String name;
  private final TargetType type;
  private final ObjectNode settings;
  private final Way way;
  private final Instant since;

  private Target(String name, TargetType type, ObjectNode settings, Way way, Instant since) {
    this.name = name;
    this.type = type;
    this.settings = settings;
    this.way = way;
    this.since = since;
  }

  /**
   * One with these settings.
   *
   * @param settings as they are written
   * @param since when it was made: what was before it is not told
   */
  static Target of(String name, TargetType type, ObjectNode settings, Instant since)
      throws ConfigurationException {
    return new Target(name, type, settings.deepCopy(), type.read(settings), since);
  }

  /**
   * Creates a target as a user requests it; secrets that the user has left out stay.
   *
   * @param before what has this name
   * @param now the time
   */
  static Target wished(
      String name, TargetType type, ObjectNode settings, Optional<Target> before, Instant now)
      throws Refusal {
    if (!NAME.matcher(name).matches()) {
      throw Request.bad(
          "A name has 1 to 40 letters, digits, \".\", \"_\" and \"-\", and begins with one of the"
              + " first two.");
    }
    ObjectNode whole = settings.deepCopy();
    boolean kept = false;
    for (String secret : type.secrets()) {
      if (whole.path(secret).asText("").isEmpty()) {
        whole.remove(secret);
        kept |= before.isPresent() && before.get().lends(type, secret, whole);
      }
    }
    try {
      Target next = of(name, type, whole, before.map(Target::since).orElse(now));
      if (kept && !next.way.mayKeepSecretsOf(before.orElseThrow().way)) {
        throw Request.bad(
            "The password that is kept is for the server and the user that it was given for: give"
                + " one again.");
      }
      return next;
    } catch (ConfigurationException e) {
      throw Request.bad(Troubles.sentences(e, "A target"));
    }
  }

  private boolean lends(TargetType to, String secret, ObjectNode settingsOfOther) {
    if (to != type || !settings.has(secret)) {
      return false;
    }
    // Without a user there is nothing to keep a password for.
    if (secret.equals("password") && !settingsOfOther.has("user")) {
      return false;
    }
    settingsOfOther.set(secret, settings.get(secret));
    return true;
  }

  String name() {
    return name;
  }

  TargetType type() {
    return type;
  }

  /** As they are written, with secrets; a copy. */
  ObjectNode settings() {
    return settings.deepCopy();
  }

  Way way() {
    return way;
  }

  Instant since() {
    return since;
  }

  boolean wants(Event event) {
    boolean named = way.kinds().contains(event.kind());
    if (event.severity().compareTo(way.severity()) < 0 || !way.kinds().isEmpty() && !named) {
      return false;
    }
    if (event.alert().isPresent()) {
      return way.takesAcknowledgements() || !Notices.isAcknowledgement(event);
    }
    boolean asAlert =
        Notices.tellsAsAlert(event.kind()) && (!named || Problems.isKind(event.kind()));
    return way.takesEvents() && !asAlert && !event.last().isBefore(since);
  }

  @Override
  public String toString() {
    return "target " + name;
  }
}
