package dev.heimdall.engine.toy;

import dev.heimdall.engine.kit.CancelContract;
import dev.heimdall.engine.kit.DelayedBeginContract;
import dev.heimdall.engine.kit.JudgedAlikeContract;
import dev.heimdall.engine.kit.LimitsContract;
import dev.heimdall.engine.kit.LogInContract;
import dev.heimdall.engine.kit.LostTransactionContract;
import dev.heimdall.engine.kit.MalformedContract;
import dev.heimdall.engine.kit.RandomContract;
import dev.heimdall.engine.kit.SessionContract;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The toy keeps the contracts of all dialects. */
class ToyContractsTest {
  @Nested
  class Sessions extends SessionContract {
    Sessions() {
      super(new ToyKit());
    }
  }

  @Nested
  class Judged extends JudgedAlikeContract {
    Judged() {
      super(new ToyKit());
    }
  }

  @Nested
  class LostTransactions extends LostTransactionContract {
    LostTransactions() {
      super(new ToyKit(), "error 40001");
    }
  }

  @Nested
  class Cancels extends CancelContract {
    Cancels() {
      super(new ToyKit());
    }
  }

  @Nested
  class AtRandom extends RandomContract {
    AtRandom() {
      super(new ToyKit());
    }
  }

  @Nested
  class LogIns extends LogInContract {
    LogIns() {
      super(new ToyKit(), "md5", "error 57P03");
    }
  }

  @Nested
  class DelayedBegins extends DelayedBeginContract {
    DelayedBegins() {
      super(new ToyKit());
    }
  }

  @Nested
  class Limits extends LimitsContract {
    Limits() {
      super(new ToyKit());
    }
  }

  @Nested
  class Malformed extends MalformedContract {
    Malformed() {
      super(new ToyKit());
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of(
          frame((byte) '?'),
          frame(ToyFrame.LOG_IN, (byte) 1),
          frame(ToyFrame.PROOF),
          frame(ToyFrame.EXECUTE),
          frame(ToyFrame.EXECUTE, (byte) 0, (byte) 0, (byte) 1));
    }

    private static byte[] frame(byte type, byte... body) {
      ByteBuf out = Unpooled.buffer();
      ToyFrame.write(out, type, 77, body);
      return ByteBufUtil.getBytes(out);
    }
  }
}
