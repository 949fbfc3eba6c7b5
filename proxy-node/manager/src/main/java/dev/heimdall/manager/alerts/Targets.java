package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The targets by name, and what each was told: one document of all managers. */
record Targets(Map<String, Target> all, Map<String, TargetState> told) {
  Targets {
    all = new TreeMap<>(all);
    told = Map.copyOf(told);
  }

  TargetState told(String name) {
    return told.getOrDefault(name, TargetState.NOTHING);
  }

  Targets with(Target target) {
    Map<String, Target> next = new TreeMap<>(all);
    next.put(target.name(), target);
    return new Targets(next, told);
  }

  Targets with(String name, TargetState next) {
    Map<String, TargetState> others = new HashMap<>(told);
    others.put(name, next);
    return new Targets(all, others);
  }

  Targets without(String name) {
    Map<String, Target> next = new TreeMap<>(all);
    next.remove(name);
    Map<String, TargetState> others = new HashMap<>(told);
    others.remove(name);
    return new Targets(next, others);
  }

  /** As it is written. */
  static final class Form implements SharedDocument.Form<Targets> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SINCE = "since";
    private static final String TOLD = "told";

    @Override
    public Targets read(Optional<Content> written) throws StoreException {
      Map<String, Target> all = new TreeMap<>();
      Map<String, TargetState> told = new HashMap<>();
      if (written.isEmpty()) {
        return new Targets(all, told);
      }
      try {
        JsonNode root = JSON.readTree(written.get().bytes()).path("targets");
        for (Map.Entry<String, JsonNode> one : root.properties()) {
          all.put(one.getKey(), target(one.getKey(), one.getValue()));
          told.put(one.getKey(), told(one.getValue().path(TOLD)));
        }
        return new Targets(all, told);
      } catch (IOException | DateTimeException e) {
        throw corrupt();
      }
    }

    private static Target target(String name, JsonNode json) throws StoreException {
      TargetType type =
          TargetType.of(json.path(TargetType.KEY).asText(TargetType.WEBHOOK.spelling()))
              .orElseThrow(Form::corrupt);
      ObjectNode settings = json.deepCopy();
      settings.remove(List.of(TargetType.KEY, SINCE, TOLD));
      // As they were written before keys were left out.
      type.secrets().stream()
          .filter(secret -> settings.path(secret).asText("").isEmpty())
          .forEach(settings::remove);
      try {
        return Target.of(name, type, settings, Instant.parse(json.path(SINCE).asText()));
      } catch (ConfigurationException e) {
        throw corrupt();
      }
    }

    /**
     * Returns the error for a corrupt document, without the parser's message, which may quote a
     * secret.
     */
    private static StoreException corrupt() {
      return StoreException.corrupt("The manager's alerts.json is not as the manager writes it.");
    }

    private static TargetState told(JsonNode json) {
      Map<String, Instant> claims = new HashMap<>();
      for (Map.Entry<String, JsonNode> one : json.path("claims").properties()) {
        claims.put(one.getKey(), Instant.parse(one.getValue().asText()));
      }
      List<Instant> sent = new ArrayList<>();
      json.path("sent").forEach(at -> sent.add(Instant.parse(at.asText())));
      JsonNode result = json.path("result");
      return new TargetState(
          claims,
          sent,
          json.path("leftOut").asLong(),
          result.isObject()
              ? Optional.of(
                  new TargetState.Result(
                      Instant.parse(result.path("at").asText()),
                      result.path("arrived").asBoolean(),
                      result.path("words").asText()))
              : Optional.empty());
    }

    @Override
    public Content write(Targets value) {
      ObjectNode root = JSON.createObjectNode();
      ObjectNode targets = root.putObject("targets");
      value.all.forEach((name, target) -> write(targets.putObject(name), target, value.told(name)));
      return Content.of(root.toPrettyString() + "\n");
    }

    private static void write(ObjectNode json, Target target, TargetState told) {
      json.put(TargetType.KEY, target.type().spelling());
      json.setAll(target.settings());
      json.put(SINCE, target.since().toString());
      ObjectNode of = json.putObject(TOLD).put("leftOut", told.leftOut());
      ObjectNode claims = of.putObject("claims");
      told.claims().forEach((id, until) -> claims.put(id, until.toString()));
      told.sent().forEach(at -> of.withArray("sent").add(at.toString()));
      told.result()
          .ifPresent(
              result ->
                  of.putObject("result")
                      .put("at", result.at().toString())
                      .put("arrived", result.arrived())
                      .put("words", result.words()));
    }
  }
}
