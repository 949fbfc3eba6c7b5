package dev.heimdall.launcher.moving;

import dev.heimdall.engine.cluster.LiveServer;
import dev.heimdall.engine.cluster.LiveServer.Login;
import dev.heimdall.model.PoolSettings;
import java.util.List;
import java.util.TreeMap;

/** The documents by which a node serves a server that runs already. */
final class LiveDocuments {
  private LiveDocuments() {}

  static void of(LiveServer live, Documents documents, String name, int port, Notes notes) {
    var vdb = documents.vdb(name);
    vdb.put("source", name);
    vdb.putArray("ports").add(port);
    var names = vdb.putObject("databases");
    live.databases().forEach(database -> names.put(database, database));
    vdb.put("credentials", "passthrough");
    int half = live.mostConnections() / 2;
    if (half < PoolSettings.defaults().size()) {
      vdb.putObject("pool").put("size", Math.max(1, half));
    }
    live.cluster().ifPresent(kind -> documents.source(name).putObject("cluster").put("kind", kind));
    users(live.logins(), documents, notes);
  }

  private static void users(List<Login> logins, Documents documents, Notes notes) {
    var left = new TreeMap<String, String>();
    for (Login login : logins) {
      if (!Documents.namesUser(login.name())) {
        left.put(login.name(), "the name is that of a file, too");
      } else if (login.left().isPresent()) {
        left.put(login.name(), login.left().get());
      } else if (login.verifier().isEmpty()) {
        left.put(login.name(), "no verifier of its password could be read");
      } else if (!documents.hasUser(login.name())) {
        var user = documents.user(login.name());
        user.put("verifier", login.verifier().get());
        if (login.most() > 0) {
          user.put("maxServerConnections", login.most());
        }
      }
    }
    left.forEach((name, why) -> notes.say("user " + name + " is left out: " + why));
  }
}
