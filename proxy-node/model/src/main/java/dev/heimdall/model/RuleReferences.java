package dev.heimdall.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Checks of dependencies between rule lists, virtual databases and data sources. */
final class RuleReferences {
  /** Rules that one statement can meet, with those of a list once for each call of it. */
  private static final long MOST_RULES = 10_000;

  /** Maximum depth of calls from list to list. */
  private static final int DEEPEST = 100;

  private final Document<NodeSettings> node;
  private final Map<String, Document<DataSource>> sources;
  private final Map<String, Document<VirtualDatabase>> vdbs;
  private final Map<String, Document<RuleList>> lists;
  private final Map<String, Long> sizes = new HashMap<>();

  RuleReferences(
      Document<NodeSettings> node,
      Map<String, Document<DataSource>> sources,
      Map<String, Document<VirtualDatabase>> vdbs,
      Map<String, Document<RuleList>> lists) {
    this.node = node;
    this.sources = sources;
    this.vdbs = vdbs;
    this.lists = lists;
  }

  void all() {
    lists.values().forEach(d -> d.check(this::targets));
    for (String name : lists.keySet()) {
      visit(name, new ArrayDeque<>());
    }
    vdbs.values().forEach(d -> d.check(this::used));
  }

  private void targets(RuleList list, Reading in) {
    for (int i = 0; i < list.rules().size(); i++) {
      ActionParameters own = list.rules().get(i).parameters().own().orElse(null);
      if (own instanceof ActionParameters.Call call) {
        list(call.rule(), RuleChecks.parameter(i, "rule"), in);
      } else if (own instanceof ActionParameters.LearnPattern learn) {
        list(learn.rule(), RuleChecks.parameter(i, "rule"), in);
      } else if (own instanceof ActionParameters.Trigger trigger) {
        program(trigger, RuleChecks.parameter(i, "type"), in);
      }
    }
  }

  private void program(ActionParameters.Trigger trigger, String path, Reading in) {
    boolean refused =
        node.in().sound("$.rules.allowPrograms")
            && node.value().filter(n -> !n.rules().allowPrograms()).isPresent();
    if (trigger.type() == ActionParameters.TriggerType.EXECUTE && refused && in.sound(path)) {
      in.problem(
          path, "\"execute\"", "\"sql\", or \"rules\": {\"allowPrograms\": true} in node.json");
    }
  }

  private void list(String name, String path, Reading in) {
    CrossChecks.named(name, lists, "rules", path, in);
  }

  /** Finds calls in a circle, and how many rules there are behind a list. */
  private long visit(String name, Deque<String> path) {
    Document<RuleList> document = lists.get(name);
    if (document == null || document.value().isEmpty()) {
      return 0;
    }
    Long known = sizes.get(name);
    if (known != null) {
      return known;
    }
    path.addLast(name);
    long size = 0;
    List<Rule> rules = document.value().get().rules();
    for (int i = 0; i < rules.size(); i++) {
      size++;
      if (rules.get(i).parameters().own().orElse(null) instanceof ActionParameters.Call call
          && document.in().sound(RuleChecks.parameter(i, "rule"))) {
        if (path.size() >= DEEPEST) {
          document
              .in()
              .problem(
                  RuleChecks.parameter(i, "rule"),
                  "a call more than " + DEEPEST + " deep, from the list " + path.getFirst(),
                  "lists that call others at most " + DEEPEST + " deep");
        } else if (path.contains(call.rule())) {
          circle(call.rule(), path, RuleChecks.parameter(i, "rule"), document.in());
        } else {
          size = Math.min(size + visit(call.rule(), path), MOST_RULES + 1);
        }
      }
    }
    path.removeLast();
    sizes.put(name, size);
    return size;
  }

  private void circle(String again, Deque<String> path, String at, Reading in) {
    List<String> circle = new ArrayList<>(path);
    circle = circle.subList(circle.indexOf(again), circle.size());
    in.problem(
        at,
        "a call in a circle: " + String.join(" -> ", circle) + " -> " + again,
        "a list that does not lead back to this one");
  }

  private void used(VirtualDatabase vdb, Reading in) {
    for (int i = 0; i < vdb.ruleSources().size(); i++) {
      CrossChecks.named(
          vdb.ruleSources().get(i), sources, "sources", "$.ruleSources[" + i + "]", in);
    }
    Set<String> reached = new TreeSet<>();
    long size = 0;
    for (int i = 0; i < vdb.rules().size(); i++) {
      list(vdb.rules().get(i), "$.rules[" + i + "]", in);
      size += sizes.getOrDefault(vdb.rules().get(i), 0L);
    }
    if (size <= MOST_RULES) {
      reach(vdb.rules(), reached);
    }
    if (size > MOST_RULES && in.sound("$.rules")) {
      in.problem(
          "$.rules",
          "more than " + MOST_RULES + " rules, with those of called lists",
          "at most " + MOST_RULES);
    }
    if (in.sound("$.source", "$.ruleSources", "$.rules")) {
      Set<String> usable = new HashSet<>(vdb.ruleSources());
      usable.add(vdb.source());
      reached.forEach(name -> sourcesOf(name, vdb, usable));
    }
  }

  private void reach(List<String> names, Set<String> reached) {
    Deque<String> left = new ArrayDeque<>(names);
    while (!left.isEmpty()) {
      String name = left.pop();
      Document<RuleList> document = lists.get(name);
      if (document != null && document.value().isPresent() && reached.add(name)) {
        for (Rule rule : document.value().get().rules()) {
          if (rule.parameters().own().orElse(null) instanceof ActionParameters.Call call) {
            left.push(call.rule());
          }
        }
      }
    }
  }

  private void sourcesOf(String name, VirtualDatabase vdb, Set<String> usable) {
    Document<RuleList> document = lists.get(name);
    List<Rule> rules = document.value().orElseThrow().rules();
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      ActionParameters own = rule.parameters().own().orElse(null);
      Reading in = document.in();
      String path = RuleChecks.parameter(i, "source");
      source(own)
          .filter(source -> !usable.contains(source))
          .ifPresent(source -> notOfVdb(source, vdb, usable, path, in));
      if (!(own instanceof ActionParameters.Forward)) {
        source(own)
            .flatMap(other -> ofOtherEngine(other, vdb))
            .ifPresent(other -> forwardOnly(other, path, in));
      }
      String action = "$.rules[" + i + "].action";
      if (rule.action() == RuleAction.PROCEDURE_WRAP
          && lacks(vdb.source(), EngineTrait.WRAPS_STATEMENTS)) {
        sqlServerOnly(action, "\"procedure-wrap\"", vdb, in);
      }
      if (own instanceof ActionParameters.ExtractPlan plan
          && plan.checkTableMismatch()
          && lacks(vdb.source(), EngineTrait.PLANS_NAME_TABLES)) {
        sqlServerOnly(RuleChecks.parameter(i, "checkTableMismatch"), "true", vdb, in);
      }
    }
  }

  private boolean lacks(String source, EngineTrait trait) {
    return known(source).filter(found -> !found.engine().is(trait)).isPresent();
  }

  private static Optional<String> source(ActionParameters own) {
    if (own instanceof ActionParameters.Forward forward) {
      return forward.source();
    }
    if (own instanceof ActionParameters.AsyncExecute async) {
      return async.source();
    }
    return own instanceof ActionParameters.Trigger trigger ? trigger.source() : Optional.empty();
  }

  /** The source of that name, if it is known to have another engine than the VDB's. */
  private Optional<DataSource> ofOtherEngine(String source, VirtualDatabase vdb) {
    return known(source)
        .filter(
            found ->
                known(vdb.source())
                    .filter(own -> !own.engine().equals(found.engine()))
                    .isPresent());
  }

  private Optional<DataSource> known(String source) {
    return Optional.ofNullable(sources.get(source))
        .filter(document -> document.in().sound("$.engine", "$.url"))
        .flatMap(Document::value);
  }

  private static void forwardOnly(DataSource source, String path, Reading in) {
    if (in.sound(path)) {
      in.problem(
          path,
          CrossChecks.otherEngine(source),
          "a data source of the VDB's own engine: only \"forward\" reaches others");
    }
  }

  private static void notOfVdb(
      String source, VirtualDatabase vdb, Set<String> usable, String path, Reading in) {
    if (in.sound(path)) {
      Set<String> known = in.problems().isFull() ? Set.of() : new TreeSet<>(usable);
      in.problem(
          path,
          JsonValue.quote(source),
          "\"source\" or one of \"ruleSources\" of the VDB "
              + JsonValue.quote(vdb.name())
              + CrossChecks.known(known),
          in.nearest(source, known));
    }
  }

  private void sqlServerOnly(String path, String got, VirtualDatabase vdb, Reading in) {
    if (in.sound(path)) {
      String engine =
          known(vdb.source())
              .map(source -> " has the engine " + JsonValue.quote(source.engine().spelling()))
              .orElse(" has another engine");
      in.problem(
          path,
          got,
          "it only in lists for SQL Server; the VDB " + JsonValue.quote(vdb.name()) + engine);
    }
  }
}
