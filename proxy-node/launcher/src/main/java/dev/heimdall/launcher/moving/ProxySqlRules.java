package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * ProxySQL's query rules as rule lists: one for each virtual database, which calls others where a
 * flag leads. Rules of a flag that stand before the one that sets it are not met, as in ProxySQL.
 */
final class ProxySqlRules {
  private final List<ProxySqlRule> rules;
  private final ProxySqlEngine engine;
  private final ProxySqlHostgroups hostgroups;
  private final Documents documents;
  private final Notes notes;

  private ProxySqlRules(
      List<ProxySqlRule> rules,
      ProxySqlEngine engine,
      ProxySqlHostgroups hostgroups,
      Documents documents,
      Notes notes) {
    this.rules = rules;
    this.engine = engine;
    this.hostgroups = hostgroups;
    this.documents = documents;
    this.notes = notes;
  }

  static ProxySqlRules read(
      ProxySqlCnf cnf,
      ProxySqlEngine engine,
      ProxySqlHostgroups hostgroups,
      Documents documents,
      Notes notes)
      throws CommandFailure {
    Map<Integer, ProxySqlCnf.Row> last = new TreeMap<>();
    for (ProxySqlCnf.Row row : cnf.rows(engine.table("query_rules"))) {
      ProxySqlCnf.Row before = last.put(row.required("rule_id"), row);
      if (before != null) {
        notes.at(before.at(), "a rule of the same rule_id stands below: that one counts");
      }
    }
    List<ProxySqlRule> all = new ArrayList<>();
    for (ProxySqlCnf.Row row : last.values()) {
      if (row.number("active", 1) == 1) {
        all.add(ProxySqlRule.of(row));
      } else {
        notes.left(row.at(), "the rule is not active");
      }
    }
    ProxySqlRules work = new ProxySqlRules(all, engine, hostgroups, documents, notes);
    work.withoutThoseLeft();
    return work;
  }

  /** Removes the rules that are left out; those that reject statements must go on doing so. */
  private void withoutThoseLeft() throws CommandFailure {
    for (ProxySqlRule rule : List.copyOf(rules)) {
      if (rule.left().isEmpty()) {
        continue;
      }
      Entry said = rule.left().get();
      if (rejects(rule, rules.indexOf(rule))) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION,
            "%s: rule %d rejects statements, and its %s cannot be carried over: %s. Write it by"
                    .formatted(said.at(), rule.id(), said.key(), rule.why())
                + " another field, or take the rule out");
      }
      notes.left(said.at(), "rule %d, for its %s: %s".formatted(rule.id(), said.key(), rule.why()));
      rules.remove(rule);
    }
  }

  /** True if it rejects, or leads to what does. */
  private boolean rejects(ProxySqlRule rule, int index) {
    if (rule.rejects()) {
      return true;
    }
    return rule.flagOut() >= 0
        && !rule.apply()
        && rules.subList(index + 1, rules.size()).stream().anyMatch(ProxySqlRule::rejects);
  }

  /** Writes the lists of a virtual database, and names them there. */
  void into(ProxySqlCluster cluster, List<ProxySqlUsers.Member> users) throws CommandFailure {
    ProxySqlActions actions = new ProxySqlActions(cluster, hostgroups, notes);
    Lists lists = new Lists(cluster.name(), actions);
    Optional<String> first = lists.list(0, 0);
    ObjectNode vdb = documents.vdb(cluster.name());
    first.ifPresent(name -> Documents.list(vdb, "rules").add(name));
    ArrayNode ofUsers = ofUsers(cluster, users);
    if (!ofUsers.isEmpty()) {
      String name = cluster.name() + "-users";
      documents.rules(name).set("rules", ofUsers);
      Documents.list(vdb, "rules").add(name);
    }
    actions.otherSources().forEach(name -> Documents.list(vdb, "ruleSources").add(name));
    if (actions.longestTtl() > 0) {
      ObjectNode cache = Documents.part(vdb, "cache");
      cache.put("enabled", true);
      cache.put("ttl", Places.duration("" + actions.longestTtl(), 0));
      cacheNeedsACluster(cluster);
    }
  }

  /** By which the node notices that another server has taken the place of the one that it knows. */
  private void cacheNeedsACluster(ProxySqlCluster cluster) {
    ObjectNode source = documents.source(cluster.name());
    if (source.path("cluster").path("kind").isMissingNode()) {
      ObjectNode settings = Documents.part(source, "cluster");
      settings.put("kind", engine.clusterKind());
      Documents.part(settings, "probe").put("discover", false);
    }
  }

  /** Settings of ProxySQL's users that are rules here. */
  private static ArrayNode ofUsers(ProxySqlCluster cluster, List<ProxySqlUsers.Member> users) {
    ArrayNode rules = JsonNodeFactory.instance.arrayNode();
    for (ProxySqlUsers.Member user : users) {
      String match = RuleMatch.user(user.name());
      if (cluster.reads(user.hostgroup())) {
        rules.addObject().put("match", match).put("action", "reader-eligible");
      }
      if (user.wholeSession()) {
        ObjectNode rule = rules.addObject().put("match", match).put("action", "pool");
        ProxySqlActions.parameters(rule).put("multiplex", false);
      }
    }
    return rules;
  }

  /** The lists of one virtual database. */
  private final class Lists {
    private final String vdb;
    private final ProxySqlActions actions;
    private final Map<Integer, String> byFirstRule = new HashMap<>();

    private Lists(String vdb, ProxySqlActions actions) {
      this.vdb = vdb;
      this.actions = actions;
    }

    /** The list of a flag's rules from a place on; empty where there is none. */
    private Optional<String> list(int flag, int from) throws CommandFailure {
      int first = next(flag, from);
      if (first == rules.size()) {
        return Optional.empty();
      }
      String known = byFirstRule.get(first);
      if (known != null) {
        return Optional.of(known);
      }
      String name = byFirstRule.isEmpty() ? vdb : vdb + "-from-rule-" + rules.get(first).id();
      byFirstRule.put(first, name);
      ArrayNode list = documents.rules(name).putArray("rules");
      for (int i = first; i < rules.size(); i = next(flag, i + 1)) {
        if (rule(rules.get(i), i, list)) {
          break;
        }
      }
      return Optional.of(name);
    }

    private int next(int flag, int from) {
      int i = from;
      while (i < rules.size() && rules.get(i).flagIn() != flag) {
        i++;
      }
      return i;
    }

    /** Adds what a rule is here; says whether that has the rules behind it as well. */
    private boolean rule(ProxySqlRule rule, int index, ArrayNode list) throws CommandFailure {
      List<String> match = new ArrayList<>(rule.others());
      if (rule.port() > 0 && listensOn(rule.port())) {
        match.add("ports:" + rule.port());
      } else if (rule.port() > 0 && !rejects(rule, index)) {
        notes.at(
            rule.row().at(),
            "virtual database %s does not listen on port %d: rule %d is not for it"
                .formatted(vdb, rule.port(), rule.id()));
        return false;
      }
      Optional<String> rest = Optional.empty();
      if (rule.negated()) {
        // What has the pattern goes on behind this rule, and the rest is this rule's.
        rest = list(rule.flagIn(), index + 1);
        ObjectNode others = call(rest);
        ProxySqlActions.parameters(others).put("stop", true);
        add(list, rule, rule.pattern(), others);
      } else {
        match.addAll(0, rule.pattern());
      }
      List<ObjectNode> does = actions.of(rule);
      boolean leaves = !rule.apply() && rule.flagOut() >= 0 && rule.flagOut() != rule.flagIn();
      if (leaves) {
        Optional<String> chain = list(rule.flagOut(), index + 1);
        if (chain.isPresent()) {
          does.add(call(chain));
        }
      }
      boolean last = rule.apply() || leaves;
      if (does.isEmpty() && last) {
        does.add(call(Optional.empty()));
      }
      for (int i = 0; i < does.size(); i++) {
        if (last && i == does.size() - 1) {
          ProxySqlActions.parameters(does.get(i)).put("stop", true);
        }
        add(list, rule, match, does.get(i));
      }
      if (rest.isPresent()) {
        list.add(call(rest));
      }
      return rest.isPresent();
    }

    private boolean listensOn(int port) {
      for (JsonNode one : documents.vdb(vdb).path("ports")) {
        if (one.asInt() == port) {
          return true;
        }
      }
      return false;
    }

    /** Goes through another list, or does nothing. */
    private ObjectNode call(Optional<String> name) {
      ObjectNode rule = JsonNodeFactory.instance.objectNode();
      rule.put("action", name.isPresent() ? "call" : "tag");
      name.ifPresent(list -> ProxySqlActions.parameters(rule).put("rule", list));
      return rule;
    }

    private void add(ArrayNode list, ProxySqlRule rule, List<String> match, ObjectNode action) {
      ObjectNode made = list.addObject();
      made.put("comment", rule.comment());
      RuleMatch.into(made, match);
      made.setAll(action);
    }
  }
}
