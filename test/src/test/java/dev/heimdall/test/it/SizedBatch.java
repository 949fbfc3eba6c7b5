package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.copyData;
import static dev.heimdall.test.fixture.Frontend.copyFail;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.functionCall;
import static dev.heimdall.test.fixture.Frontend.message;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;

import java.util.List;

/** What a client sends around one message of each type, whose size the test says. */
enum SizedBatch {
  QUERY {
    @Override
    byte[] of(int size) {
      return query(text(size - 6));
    }
  },
  PARSE {
    @Override
    byte[] of(int size) {
      return all(parse("", text(size - 9)), bind("", ""), execute("", 0), sync());
    }
  },
  NAMED_PARSE_BEHIND_ANOTHER {
    @Override
    byte[] of(int size) {
      return all(
          parse("a", "SELECT 1"),
          parse("b", text(size - 10)),
          bind("", "b"),
          execute("", 0),
          sync());
    }
  },
  BIND {
    @Override
    byte[] of(int size) {
      return all(
          parse("", "SELECT length($1)", TEXT),
          bind("", "", "x".repeat(Math.max(0, size - 17))),
          execute("", 0),
          sync());
    }
  },
  BIND_OF_LONG_NAME {
    @Override
    byte[] of(int size) {
      return all(bind("", "x".repeat(Math.max(0, size - 13))), execute("", 0), sync());
    }
  },
  DESCRIBE {
    @Override
    byte[] of(int size) {
      return all(describeStatement("x".repeat(Math.max(0, size - 7))), sync());
    }
  },
  CLOSE {
    @Override
    byte[] of(int size) {
      return all(closeStatement("x".repeat(Math.max(0, size - 7))), sync());
    }
  },
  EXECUTE {
    @Override
    byte[] of(int size) {
      return all(execute("x".repeat(Math.max(0, size - 10)), 0), sync());
    }
  },
  FLUSH {
    @Override
    byte[] of(int size) {
      return filled('H', size);
    }
  },
  SYNC {
    @Override
    byte[] of(int size) {
      return filled('S', size);
    }
  },
  FUNCTION_CALL {
    @Override
    byte[] of(int size) {
      return functionCall(LENGTH_OF_TEXT, List.of("x".repeat(Math.max(0, size - 19))));
    }
  },
  COPY_DATA {
    @Override
    byte[] of(int size) {
      return copyData("x".repeat(Math.max(0, size - 6)) + "\n");
    }
  },
  COPY_DONE {
    @Override
    byte[] of(int size) {
      return filled('c', size);
    }
  },
  COPY_FAIL {
    @Override
    byte[] of(int size) {
      return copyFail("x".repeat(Math.max(0, size - 6)));
    }
  },
  TERMINATE {
    @Override
    byte[] of(int size) {
      return filled('X', size);
    }
  },
  PASSWORD {
    @Override
    byte[] of(int size) {
      return filled('p', size);
    }
  },
  UNKNOWN {
    @Override
    byte[] of(int size) {
      return filled('z', size);
    }
  };

  private static final int TEXT = 25;
  private static final int LENGTH_OF_TEXT = 1317;

  /** The bytes, of which the message of this type has so many. */
  abstract byte[] of(int size);

  private static String text(int length) {
    String begin = "SELECT 1 /*";
    return begin + "x".repeat(Math.max(0, length - begin.length() - 2)) + "*/";
  }

  private static byte[] filled(char type, int size) {
    return message(type, new byte[Math.max(0, size - 5)]);
  }
}
