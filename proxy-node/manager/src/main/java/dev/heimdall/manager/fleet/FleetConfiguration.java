package dev.heimdall.manager.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SecretReference;
import dev.heimdall.model.report.ConfigurationHash;
import dev.heimdall.model.report.ReportSignature;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.NamedSecrets;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Parts of the configuration that the manager needs to speak with nodes: the keys in it, and the
 * hash that nodes with the same documents report. It is looked at when it is needed and what is
 * known of it is a while old; while its place is unavailable, what was known last goes on.
 */
public final class FleetConfiguration {
  private static final String NODE = "node.json";

  private static final Duration FRESH = Duration.ofSeconds(2);

  /** Nodes may not have heard of a new key yet, for so long. */
  private static final Duration OLD_KEYS = Duration.ofMinutes(10);

  /**
   * Documents as nodes know them.
   *
   * @param named where Secrets Manager keeps the keys; empty: they are in the documents, or nowhere
   */
  private record Known(
      String version, String hash, Optional<SecretReference> named, List<String> keys) {}

  private record OldKey(String key, long until) {}

  private final Editor editor;
  private final NamedSecrets secrets;
  private final RegionFacts facts;
  private final List<String> beside;
  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Known known = new Known("", "", Optional.empty(), List.of());
  private volatile List<OldKey> old = List.of();
  private volatile long looked;
  private volatile boolean never = true;

  /**
   * @param secrets reads the one that documents name in place of the key
   * @param facts what references to the region stand for, which that name may hold
   * @param beside the key of a node that runs beside this manager; empty: there is none
   */
  public FleetConfiguration(
      Editor editor,
      NamedSecrets secrets,
      RegionFacts facts,
      Optional<Secret> beside,
      LongSupplier nanoClock) {
    this.editor = editor;
    this.secrets = secrets;
    this.facts = facts;
    this.beside = beside.map(FleetConfiguration::lines).orElse(List.of());
    this.nanoClock = nanoClock;
  }

  /** The keys that nodes may sign with now. */
  List<ReportSignature> signatures() {
    look(FRESH);
    long now = nanoClock.getAsLong();
    return Stream.of(
            known.keys().stream(),
            beside.stream(),
            old.stream().filter(key -> key.until() - now > 0).map(OldKey::key))
        .flatMap(keys -> keys)
        .distinct()
        .flatMap(key -> ReportSignature.all(new Secret(key)).stream())
        .toList();
  }

  /** Hash that nodes report if they run with the current documents; empty if it is unknown. */
  public String hash() {
    look(FRESH);
    return known.hash();
  }

  /** Hash as it was looked up last, which each report does when it is due: never waits. */
  public String lastHash() {
    return known.hash();
  }

  /** Looks up the hash anew. */
  public String latestHash() {
    look(Duration.ZERO);
    return known.hash();
  }

  private void look(Duration fresh) {
    if (!never && nanoClock.getAsLong() - looked < fresh.toNanos()) {
      return;
    }
    if (never || fresh.isZero()) {
      lock.lock();
    } else if (!lock.tryLock()) {
      return; // another thread looks just now
    }
    try {
      if (never || nanoClock.getAsLong() - looked >= fresh.toNanos()) {
        keep(editor.read());
      }
    } catch (StoreException | EditRefused e) {
      // What was known last goes on; the editor is told what is the matter.
    } finally {
      never = false;
      looked = nanoClock.getAsLong();
      lock.unlock();
    }
  }

  private void keep(Documents documents) {
    Known before = known;
    boolean same = documents.version().equals(before.version());
    if (same && before.named().isEmpty()) {
      return;
    }
    JsonNode written = key(documents);
    Optional<SecretReference> named = SecretReference.of(written);
    Known next =
        new Known(
            documents.version(),
            same ? before.hash() : hash(documents),
            named,
            named.isPresent()
                ? keys(named.get())
                : Optional.ofNullable(written.textValue())
                    .map(text -> lines(new Secret(text)))
                    .orElse(List.of()));
    List<OldKey> kept = new ArrayList<>();
    long now = nanoClock.getAsLong();
    old.stream().filter(key -> key.until() - now > 0).forEach(kept::add);
    before.keys().stream()
        .filter(key -> !next.keys().contains(key))
        .forEach(key -> kept.add(new OldKey(key, now + OLD_KEYS.toNanos())));
    old = List.copyOf(kept);
    known = next;
  }

  private static String hash(Documents documents) {
    ConfigurationHash hash = new ConfigurationHash();
    for (Map.Entry<String, StoredDocument> one : documents.all().entrySet()) {
      if (ConfigurationHash.counts(one.getKey())) {
        hash.add(one.getKey(), one.getValue().content().bytes());
      }
    }
    return hash.shown();
  }

  /** Read leniently: another document, or another setting, may be wrong. */
  private JsonNode key(Documents documents) {
    StoredDocument node = documents.all().get(NODE);
    if (node == null) {
      return MissingNode.getInstance();
    }
    try {
      JsonNode settings =
          Answer.JSON.readTree(
              facts.in(new String(node.content().bytes(), StandardCharsets.UTF_8)));
      JsonNode own = settings.path("manager").path("key");
      return own.isTextual() || own.isObject() ? own : settings.path("fleetKey");
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** Looked up once a minute; none while it was never readable, of which the log says why. */
  private List<String> keys(SecretReference named) {
    return Optional.ofNullable(secrets.read(List.of(named.name()), false).texts().get(named.name()))
        .flatMap(named::textIn)
        .map(text -> lines(new Secret(text)))
        .orElse(List.of());
  }

  private static List<String> lines(Secret keys) {
    return keys.value().lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }
}
