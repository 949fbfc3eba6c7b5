package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.model.TransformTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Actions of a rule of ProxySQL, as rules' actions for one virtual database. */
final class ProxySqlActions {
  private static final int LONGEST_DELAY = 600_000;
  private static final int MOST_RETRIES = 100;
  private static final Map<String, String> NOWHERE =
      Map.of(
          "mirror_hostgroup", "statements are not copied to other servers",
          "mirror_flagOUT", "statements are not copied to other servers",
          "next_query_flagIN", "no rule decides about the statement after",
          "reconnect", "`clusters.md` tells which statements survive the loss of a connection",
          "sticky_conn", "ProxySQL does not use it either",
          "cache_empty_result", "empty results are cached, too",
          "cache_timeout", "`cache.singleFlight` has equal statements wait for one result",
          "gtid_from_hostgroup", "a replica answers when it has what the session must not miss");

  private final ProxySqlCluster own;
  private final ProxySqlHostgroups hostgroups;
  private final Notes notes;
  private final Set<String> otherSources = new TreeSet<>();
  private int longestTtl;

  ProxySqlActions(ProxySqlCluster own, ProxySqlHostgroups hostgroups, Notes notes) {
    this.own = own;
    this.hostgroups = hostgroups;
    this.notes = notes;
  }

  /** The data sources that rules send statements to, besides its own. */
  Set<String> otherSources() {
    return otherSources;
  }

  /** Maximum time for which results are kept, in milliseconds; 0 where nothing is cached. */
  int longestTtl() {
    return longestTtl;
  }

  /** Rules with an action and parameters, and nothing else yet. */
  List<ObjectNode> of(ProxySqlRule rule) throws CommandFailure {
    List<ObjectNode> actions = new ArrayList<>();
    error(rule, actions);
    destination(rule, actions);
    cached(rule, actions);
    rewritten(rule, actions);
    Optional<Integer> retries = rule.said("retries").filter(times -> times > 0);
    if (retries.isPresent()) {
      parameters(add(actions, "retry")).put("maxRetries", Math.min(retries.get(), MOST_RETRIES));
    }
    Optional<Integer> multiplex = rule.said("multiplex");
    if (multiplex.isPresent() && multiplex.get() < 2) {
      parameters(add(actions, "pool")).put("multiplex", multiplex.get() == 1);
    } else if (multiplex.isPresent()) {
      notes.left(rule.row().said("multiplex").orElseThrow(), "what pins a session always does");
    }
    general(rule, actions);
    for (Entry field : rule.row().fields().values()) {
      if (NOWHERE.containsKey(field.key()) && rule.said(field.key()).isPresent()) {
        notes.left(field, NOWHERE.get(field.key()));
      }
    }
    if (rule.row().text("attributes").isPresent()) {
      notes.left(
          rule.row().said("attributes").orElseThrow().at(),
          "attributes: a rule calls one list, not one of several by chance");
    }
    return actions;
  }

  private static ObjectNode add(List<ObjectNode> actions, String action) {
    ObjectNode made = JsonNodeFactory.instance.objectNode().put("action", action);
    actions.add(made);
    return made;
  }

  static ObjectNode parameters(ObjectNode rule) {
    return Documents.part(rule, "parameters");
  }

  private void error(ProxySqlRule rule, List<ObjectNode> actions) {
    if (rule.rejects()) {
      add(actions, "drop");
      notes.at(
          rule.row().said("error_msg").orElseThrow().at(),
          "error_msg: clients get the node's own message");
    } else if (rule.row().text("OK_msg").isPresent()) {
      add(actions, "result");
      notes.at(
          rule.row().said("OK_msg").orElseThrow().at(), "OK_msg: clients get no message with it");
    }
  }

  private void destination(ProxySqlRule rule, List<ObjectNode> actions) throws CommandFailure {
    Optional<Integer> hostgroup = rule.said("destination_hostgroup");
    if (hostgroup.isEmpty()) {
      return;
    }
    Entry said = rule.row().said("destination_hostgroup").orElseThrow();
    Optional<ProxySqlCluster> cluster = hostgroups.of(hostgroup.get());
    if (cluster.isEmpty()) {
      notes.left(said, "no server is in that hostgroup");
    } else if (cluster.get().equals(own)) {
      if (own.reads(hostgroup.get())) {
        add(actions, "reader-eligible");
      }
    } else {
      ObjectNode parameters = parameters(add(actions, "forward"));
      parameters.put("source", cluster.get().name());
      if (cluster.get().reads(hostgroup.get())) {
        parameters.put("readonly", true);
      }
      otherSources.add(cluster.get().name());
    }
  }

  private void cached(ProxySqlRule rule, List<ObjectNode> actions) throws CommandFailure {
    Optional<Integer> ttl = rule.said("cache_ttl");
    if (ttl.isEmpty()) {
      return;
    }
    if (ttl.get() == 0) {
      add(actions, "nocache");
    } else {
      parameters(add(actions, "cache")).put("ttl", ttl.get());
      longestTtl = Math.max(longestTtl, ttl.get());
    }
  }

  private void rewritten(ProxySqlRule rule, List<ObjectNode> actions) {
    if (!rule.row().fields().containsKey("replace_pattern")) {
      return;
    }
    Entry said = rule.row().fields().get("replace_pattern");
    Line at = said.at();
    if (rule.row().text("match_pattern").isEmpty() || rule.negated()) {
      notes.left(at, "replace_pattern: there is no match_pattern to be replaced");
    } else if (said.value().contains("${")) {
      notes.left(at, "replace_pattern: ${ stands for a value of the statement");
    } else {
      parameters(add(actions, "transform")).put("target", target(said.value()));
      if (!rule.row().text("re_modifiers").orElse("").contains("GLOBAL")) {
        notes.at(at, "replace_pattern: each match is replaced, not the first one alone");
      }
      if (!rule.apply()) {
        notes.at(at, "replace_pattern: further rules see the statement as it was");
      }
    }
  }

  /** RE2's {@code \1} is {@code $1} here. */
  private static String target(String replacement) {
    StringBuilder target = new StringBuilder();
    for (int i = 0; i < replacement.length(); i++) {
      char c = replacement.charAt(i);
      boolean escape = c == '\\' && i + 1 < replacement.length();
      char next = escape ? replacement.charAt(i + 1) : 0;
      if (escape && Character.isDigit(next)) {
        // With two digits, so that one behind it is not taken for a part of the number.
        target.append("$0").append(next);
        i++;
      } else if (escape) {
        target.append(TransformTarget.quoted("" + next));
        i++;
      } else {
        target.append(TransformTarget.quoted("" + c));
      }
    }
    return target.toString();
  }

  /** Carries over what any rule may have besides its action. */
  private void general(ProxySqlRule rule, List<ObjectNode> actions) throws CommandFailure {
    Optional<Integer> timeout = rule.said("timeout");
    Optional<Integer> delay = rule.said("delay").filter(millis -> millis > 0);
    boolean log = rule.said("log").orElse(0) == 1;
    if (timeout.isEmpty() && delay.isEmpty() && !log) {
      return;
    }
    ObjectNode parameters = parameters(actions.isEmpty() ? add(actions, "tag") : actions.get(0));
    timeout.ifPresent(millis -> parameters.put("queryTimeout", millis));
    delay.ifPresent(millis -> parameters.put("delay", Math.min(millis, LONGEST_DELAY) * 1000));
    if (log) {
      parameters.put("log", true);
    }
  }
}
