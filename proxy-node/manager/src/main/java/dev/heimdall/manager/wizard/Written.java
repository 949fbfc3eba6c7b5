package dev.heimdall.manager.wizard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.DocumentText;
import dev.heimdall.model.Engine;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The documents that answers make. */
final class Written {
  /** Seconds that a result is kept, unless a number is written. */
  static final String TTL = "60";

  static final String CERTIFICATES = "tls/";

  private final Answers answers;
  private final Documents there;

  /**
   * @param there what there is already: only {@code node.json} may get something more
   */
  Written(Answers answers, Documents there) {
    this.answers = answers;
    this.there = there;
  }

  /** Their texts by name, as they will be written; passwords are in them. */
  Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    String file = answers.get("name") + ".json";
    texts.put("sources/" + file, DocumentText.of(source()));
    if (preset() == Preset.CACHE) {
      texts.put("rules/" + file, DocumentText.of(rules()));
    }
    texts.put("vdbs/" + file, DocumentText.of(vdb()));
    if (hasCertificate()) {
      texts.put(certificate(), answers.get("certificate") + "\n");
      texts.put(key(), answers.secret("key").strip() + "\n");
    }
    for (int i = 1; i <= Answers.CLIENTS; i++) {
      String user = answers.get("client" + i);
      if (!user.isEmpty()) {
        texts.put("users/" + user + ".json", DocumentText.of(user(i)));
      }
    }
    if (writesStore()) {
      ObjectNode node = Stores.node(there).orElseGet(Answer.JSON::createObjectNode);
      node.set("store", Stores.json(answers));
      texts.put(Stores.NODE, DocumentText.of(node));
    }
    return texts;
  }

  private boolean hasCertificate() {
    return !answers.get("certificate").isEmpty();
  }

  /** Document with the certificate of nodes. */
  private String certificate() {
    return CERTIFICATES + answers.get("name") + ".pem";
  }

  private String key() {
    return CERTIFICATES + answers.get("name") + ".key";
  }

  /** True if the store of the answers is one that nodes do not have yet. */
  private boolean writesStore() {
    return preset() != Preset.POOL && answers.is("store", "store") && Stores.there(there).isEmpty();
  }

  /** For a commit: documents that there are not, but for {@code node.json}. */
  List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    texts()
        .forEach(
            (name, text) ->
                changes.add(
                    new Change(
                        name,
                        Optional.of(Content.of(text)),
                        name.equals(Stores.NODE) ? there.versionOf(name) : Optional.empty())));
    return changes;
  }

  private Preset preset() {
    return Preset.of(answers.get("preset")).orElse(Preset.POOL);
  }

  /** The database and how nodes log in there; also what tests go by. */
  ObjectNode source() {
    ObjectNode source = Answer.JSON.createObjectNode();
    source.put("url", Servers.url(answers));
    if (!answers.is("method", "secret")) {
      source.put("user", answers.get("user"));
    }
    if (answers.is("method", "password")) {
      source.put("password", answers.secret("password"));
    } else {
      ObjectNode credentials = source.putObject("credentials");
      if (answers.is("method", "secret")) {
        credentials.put("secret", answers.get("secret"));
      } else {
        credentials.put("iam", true);
      }
      if (!answers.get("region").isEmpty()) {
        credentials.put("region", answers.get("region"));
      }
    }
    if (!answers.get("tls").isEmpty()) {
      ObjectNode tls = source.putObject("tls").put("mode", answers.get("tls"));
      if (!answers.get("ca").isEmpty()) {
        tls.put("caFile", answers.get("ca"));
      }
    }
    cluster(source);
    return source;
  }

  /** The cache, too, has to notice when another server is the writer. */
  private void cluster(ObjectNode source) {
    ClusterKind kind = Servers.kind(answers).orElse(ClusterKind.NONE);
    boolean one = kind == ClusterKind.NONE;
    if (one && preset() == Preset.CACHE) {
      kind = Servers.engine(answers).orElseThrow().replicated();
    }
    if (kind != ClusterKind.NONE) {
      ObjectNode cluster = source.putObject("cluster").put("kind", kind.spelling());
      if (!answers.get("arn").isEmpty() && answers.is("arnHost", answers.get("host"))) {
        cluster.put("arn", answers.get("arn"));
      }
      cluster.put("reads", one || preset() == Preset.POOL ? "none" : "all");
    }
  }

  private ObjectNode vdb() {
    ObjectNode vdb = Answer.JSON.createObjectNode();
    vdb.putArray("ports").add(Integer.parseInt(answers.get("vdbPort")));
    vdb.put("source", answers.get("name"));
    if (preset() == Preset.CACHE) {
      vdb.putArray("rules").add(answers.get("name"));
      vdb.putObject("cache").put("enabled", true);
    }
    vdb.putObject("pool").put("size", Integer.parseInt(answers.get("poolSize")));
    if (hasCertificate()) {
      vdb.putObject("tls").put("certificateFile", certificate()).put("keyFile", key());
    } else if (Servers.engine(answers).filter(Engine::needsCertificate).isPresent()) {
      vdb.putObject("tls").put("selfSigned", true);
    }
    List<String> balancers = Servers.networks(answers);
    if (!balancers.isEmpty()) {
      ObjectNode proxyProtocol = vdb.putObject("proxyProtocol").put("enabled", true);
      balancers.forEach(proxyProtocol.putArray("trusted")::add);
    }
    return vdb;
  }

  private ObjectNode rules() {
    ObjectNode list = Answer.JSON.createObjectNode();
    ObjectNode rule = list.putArray("rules").addObject();
    String tables = String.join(",", Servers.lines(answers.get("tables")));
    if (!tables.isEmpty()) {
      rule.put("match", "tables:" + tables);
    }
    rule.put("action", "cache");
    rule.putObject("parameters").put("ttl", Integer.parseInt(answers.get("ttl", TTL)) * 1000);
    return list;
  }

  private ObjectNode user(int number) {
    ObjectNode user = Answer.JSON.createObjectNode();
    user.put("password", answers.secret("clientPassword" + number));
    user.putArray("vdbs").add(answers.get("name"));
    return user;
  }

  /** The virtual database as its first client sees it. */
  String client(String host) {
    ObjectNode source = Answer.JSON.createObjectNode();
    source.put(
        "url",
        Servers.engine(answers)
            .orElse(Engine.usual())
            .url(host + ":" + answers.get("vdbPort"), answers.get("database")));
    source.put("user", answers.get("client1"));
    source.put("password", answers.secret("clientPassword1"));
    return DocumentText.of(source);
  }
}
