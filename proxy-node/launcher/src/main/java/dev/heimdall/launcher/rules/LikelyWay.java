package dev.heimdall.launcher.rules;

import dev.heimdall.engine.observe.OnWriter;
import dev.heimdall.engine.observe.Uncached;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.manager.trial.Verdict;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.VirtualDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Likely destination of a statement, as far as its text, the rules and the configuration determine
 * it: in a node the database's catalogue, the session, lag and load have a say, too.
 *
 * <p>What rules ask for is said by their {@link Decision}, which nodes ask as well. In which order
 * reasons are looked for is as in a node's {@code Suitability} and {@code ReplicaReads}, and
 * written here once more: there, what the session and its servers say comes between, step by step
 * and on the path of each statement, and nothing of that is to be had here.
 */
final class LikelyWay {
  private static final String INSIDE =
      "if its transaction reads at READ COMMITTED, has done nothing else, and its result is there";

  private static final String UNLESS =
      "; what the functions in it do, the database's catalogue says";

  private final Configuration configuration;
  private final VirtualDatabase vdb;
  private final Statement statement;
  private final Decision decision;
  private final boolean inTransaction;
  private final List<Verdict.Way> ways = new ArrayList<>();

  LikelyWay(
      Configuration configuration,
      VirtualDatabase vdb,
      TriedStatement tried,
      boolean inTransaction) {
    this.configuration = configuration;
    this.vdb = vdb;
    this.statement = tried.statement();
    this.decision = tried.explanation().decision();
    this.inTransaction = inTransaction;
  }

  /** Each place that is looked at, the last of which is where it goes. */
  List<Verdict.Way> ways() {
    if (decision.dropped()) {
      return goes(Verdict.Place.REFUSED, "a rule drops it");
    }
    if (decision.result().isPresent()) {
      return goes(
          Verdict.Place.NODE,
          "a rule answers it with %,d rows".formatted(decision.result().getAsInt()));
    }
    Optional<String> uncached = uncached();
    if (uncached.isEmpty()) {
      String there = inTransaction ? INSIDE : "if its result is there; else it is kept";
      return goes(Verdict.Place.CACHE, there + limit());
    }
    not(Verdict.Place.CACHE, uncached.get());
    if (decision.asyncExecute().isPresent() && !inTransaction) {
      return goes(Verdict.Place.QUEUE, "a rule has it carried out later");
    }
    Optional<String> source = decision.forward().flatMap(ActionParameters.Forward::source);
    if (source.isPresent() && !inTransaction) {
      return goes(Verdict.Place.SOURCE, "a rule forwards it to " + source.get());
    }
    Optional<String> writer = onWriter();
    if (writer.isEmpty()) {
      return goes(Verdict.Place.REPLICA, "if one is near enough to the writer" + unless());
    }
    not(Verdict.Place.REPLICA, writer.get());
    return goes(Verdict.Place.WRITER, "neither cache nor replica may answer it");
  }

  private void not(Verdict.Place place, String why) {
    ways.add(new Verdict.Way(place, false, why));
  }

  private List<Verdict.Way> goes(Verdict.Place place, String why) {
    ways.add(new Verdict.Way(place, true, why));
    return ways;
  }

  private String unless() {
    return statement.parsed().functions().isEmpty() ? "" : UNLESS;
  }

  private String limit() {
    OptionalInt rule = decision.ttlMillis();
    long most = vdb.cache().ttl().toMillis();
    return ", for %,d ms at most".formatted(Math.min(rule.orElse(Integer.MAX_VALUE), most))
        + unless();
  }

  /** Returns the reason that the cache is not involved; empty if it is. */
  private Optional<String> uncached() {
    if (decision.nocache()) {
      return Optional.of("a rule keeps it out of the cache");
    }
    if (decision.cache().isEmpty()) {
      return Optional.of("no rule has it cached");
    }
    if (!vdb.cache().enabled()) {
      return Optional.of("the cache of %s is switched off".formatted(vdb.name()));
    }
    return unsuited().map(reason -> reason.answer().replaceFirst("^no: ", ""));
  }

  private Optional<Uncached> unsuited() {
    if (decision.needsServer() || decision.ttlMillis().orElse(1) == 0) {
      return Optional.of(Uncached.RULE);
    }
    if (!statement.understood()) {
      return Optional.of(Uncached.UNKNOWN);
    }
    if (!statement.readOnly()) {
      return Optional.of(Uncached.NOT_A_READ);
    }
    if (statement.parsed().statements() != 1) {
      return Optional.of(Uncached.SHAPE);
    }
    boolean tables = !statement.tablesRead().isEmpty() || !decision.extraTables().isEmpty();
    return tables || decision.withoutTables() ? Optional.empty() : Optional.of(Uncached.NO_TABLES);
  }

  /** Returns the reason that only the writer may answer the statement; empty if a replica may. */
  private Optional<String> onWriter() {
    ClusterSettings cluster = configuration.sources().get(vdb.source()).cluster();
    if (!cluster.watched()) {
      return Optional.of("%s is no cluster".formatted(vdb.source()));
    }
    if (cluster.reads() == ReadSplit.NONE) {
      return Optional.of("cluster.reads of %s is none".formatted(vdb.source()));
    }
    return notForReplicas(cluster.reads())
        .map(reason -> reason.answer().replaceFirst("^writer: ", ""));
  }

  private Optional<OnWriter> notForReplicas(ReadSplit split) {
    if (inTransaction || statement.kind() == StatementClass.TRANSACTION) {
      return Optional.of(OnWriter.TRANSACTION);
    }
    if (!statement.readOnly()) {
      return Optional.of(OnWriter.NOT_A_READ);
    }
    if (statement.parsed().statements() != 1) {
      return Optional.of(OnWriter.SHAPE);
    }
    if (!decision.letsReplicaAnswer()) {
      return Optional.of(OnWriter.RULE);
    }
    return split == ReadSplit.MARKED && !decision.asksForReplica()
        ? Optional.of(OnWriter.NOT_MARKED)
        : Optional.empty();
  }
}
