package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;

/** What a client is in the middle of when a message comes from it. */
enum SizedState {
  /** It has no server connection and needs none. */
  READY,
  /** Others have the only server connection. */
  WAITING {
    @Override
    void enter(Scene scene) throws IOException {
      scene.occupy();
      scene.client.send(query("SELECT 0"));
      scene.barrier();
    }
  },
  /** The same, with no statement before the message: parts of it come while it waits. */
  ABOUT_TO_WAIT {
    @Override
    void enter(Scene scene) throws IOException {
      scene.occupy();
    }
  },
  /** The server connection has other settings than its own. */
  OTHER_SETTINGS {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.query("SET extra_float_digits = 0");
      try (RawClient other = RawClient.logIn(scene.node.target())) {
        other.query("SELECT 1");
      }
    }
  },
  STATEMENT_RUNS {
    @Override
    void enter(Scene scene) throws IOException {
      scene.lock();
      scene.client.send(query("SELECT pg_advisory_xact_lock(77)"));
      scene.barrier();
    }
  },
  PIPELINE_FULL {
    @Override
    void enter(Scene scene) throws IOException {
      STATEMENT_RUNS.enter(scene);
      for (int i = 0; i < 8; i++) {
        scene.client.send(query("SELECT " + i));
      }
      scene.barrier();
    }
  },
  IN_TRANSACTION {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.query("BEGIN");
      scene.client.query("SELECT 1");
    }
  },
  FAILED_TRANSACTION {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.query("BEGIN");
      scene.client.query("SELECT 1/0");
    }
  },
  /** The server ignores everything up to a Sync. */
  SERVER_SKIPS {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.send(parse("", "SELECT oops oops oops"), flush());
      scene.client.until('E');
    }
  },
  /** The node ignores everything up to a Sync. */
  NODE_SKIPS {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.send(parse("", "SELECT 'rejected'"), bind("", ""), execute("", 0), flush());
      scene.client.until('E');
    }
  },
  BATCH_OPEN {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.send(all(parse("", "SELECT 1"), flush()));
      scene.client.until('1');
    }
  },
  COPY_IN {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.send(query("COPY sized FROM STDIN"));
      scene.client.until('G');
    }
  },
  LISTENING {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.query("LISTEN sized");
    }
  },
  /** The node asks for what it needs to listen while the message comes. */
  ABOUT_TO_LISTEN {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.send(query("LISTEN sized_" + scene.client.processId()));
    }
  },
  /** The node asks what a function has set as soon as the statement is answered. */
  SETTINGS_UNKNOWN {
    @Override
    void enter(Scene scene) throws IOException {
      scene.lock();
      scene.client.send(
          query("SELECT set_config('extra_float_digits', '0', false), pg_advisory_xact_lock(77)"));
      scene.barrier();
    }
  },
  /** A cancel request is on its way to the server. */
  CANCELLED {
    @Override
    void enter(Scene scene) throws IOException {
      STATEMENT_RUNS.enter(scene);
      scene.client.cancel();
    }
  },
  PINNED {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.query("SELECT pg_advisory_lock(78)");
    }
  },
  OPERATORS_COMMAND_RUNS {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.send(query("SHOW CLIENTS"));
    }
  },
  /** It is welcomed when there is a server connection to learn from. */
  LOGGING_IN {
    @Override
    RawClient connect(Scene scene) throws IOException {
      scene.occupy();
      RawClient client = RawClient.connect(scene.node.target());
      client.startup(0, "options", "-c lock_timeout=" + scene.number);
      client.authenticateUnwelcomed();
      return client;
    }
  },
  /** Its transaction is run again over another server connection, which others have first. */
  RUN_AGAIN {
    @Override
    void enter(Scene scene) throws IOException {
      scene.client.query("BEGIN");
      String pid = scene.client.value("SELECT pg_backend_pid()");
      scene.client.query("ROLLBACK");
      scene.client.query("BEGIN");
      scene.client.query("SELECT 1");
      scene.occupyNext();
      scene.end(pid);
    }
  };

  /** What a state is made of. */
  abstract static class Scene {
    TestNode node;
    RawClient client;
    int number;

    /** Takes the only server connection, until the message was sent. */
    abstract void occupy() throws IOException;

    /** Is the next to take it. */
    abstract void occupyNext() throws IOException;

    /** Takes the lock 77, until the message was sent. */
    abstract void lock() throws IOException;

    /** Ends a server process. */
    abstract void end(String pid);

    /** Waits until the node has read what was sent before. */
    abstract void barrier() throws IOException;
  }

  RawClient connect(Scene scene) throws IOException {
    return RawClient.logIn(scene.node.target());
  }

  void enter(Scene scene) throws IOException {}
}
