package dev.heimdall.engine.kit;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** MySQL keeps the contracts of all dialects. */
class MysqlContractsTest {
  @Nested
  class Sessions extends SessionContract {
    Sessions() {
      super(new MysqlKit());
    }
  }

  @Nested
  @Tag("ci")
  class Judged extends JudgedAlikeContract {
    Judged() {
      super(new MysqlKit());
    }

    @Override
    protected String differs(String treatment, String standing, String spelling) {
      return MysqlSpellings.differs(treatment, spelling);
    }
  }

  @Nested
  class Cancels extends CancelContract {
    Cancels() {
      super(new MysqlKit());
    }
  }

  @Nested
  class AtRandom extends RandomContract {
    AtRandom() {
      super(new MysqlKit());
    }
  }

  @Nested
  class CachedTransactions extends CachedTransactionsContract {
    CachedTransactions() {
      super(new MysqlKit());
    }

    /** The first statement opens it, which its answer says. */
    @Test
    void aTransactionThatNoBeginHasBegunIsServedBehindItsFirstStatement() {
      startCached();
      KitClient ann = client("ann", "read committed");
      KitClient bob = client("bob", "read committed");
      answers(ann, "SET autocommit = 0", "idle");
      for (int times = 0; times < 2; times++) {
        reads(ann, "none", "open", 1);
        reads(ann, "none", "open", times == 0 ? 1 : 0);
        reads(ann, "none", "open", 0);
        answers(ann, "COMMIT", "idle");
      }
      answers(bob, words.writing("one"), "idle");

      reads(ann, "one", "open", 1);
      reads(ann, "one", "open", 1);
      reads(ann, "one", "open", 0);
      answers(ann, words.writing("two"), "open");
      reads(ann, "two", "open", 1);
      reads(ann, "two", "open", 1);
    }

    /** Unless it says otherwise, all that a transaction reads is of one moment. */
    @Test
    void aTransactionThatSaysNothingReadsFromItsServer() {
      startCached();
      KitClient ann = client("ann");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");

      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 1);
    }
  }

  @Nested
  class Cache extends CacheContract {
    Cache() {
      super(new MysqlKit());
    }
  }

  @Nested
  class LogIns extends LogInContract {
    LogIns() {
      super(new MysqlKit(), "password", "error 08S01 1053");
    }
  }

  @Nested
  class Limits extends LimitsContract {
    Limits() {
      super(new MysqlKit());
    }
  }

  @Nested
  class Malformed extends MalformedContract {
    Malformed() {
      super(new MysqlKit());
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of(
          packet(7, Command.PING), // out of order
          packet(0),
          packet(0, (byte) 0xEE),
          packet(0, Command.STMT_EXECUTE),
          packet(0, Command.STMT_EXECUTE, (byte) 1, (byte) 0, (byte) 0),
          packet(0, Command.STMT_RESET, (byte) 1),
          packet(0, Command.STMT_FETCH, (byte) 1, (byte) 0, (byte) 0, (byte) 0),
          packet(0, Command.SET_OPTION, (byte) 0),
          packet(0, Command.CHANGE_USER, (byte) 'a'));
    }

    private static byte[] packet(int sequence, byte... payload) {
      ByteBuf out = Unpooled.buffer();
      int at = Packet.begin(out, sequence);
      out.writeBytes(payload);
      Packet.end(out, at);
      return ByteBufUtil.getBytes(out);
    }
  }
}
