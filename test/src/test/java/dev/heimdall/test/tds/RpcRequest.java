package dev.heimdall.test.tds;

import java.util.ArrayList;
import java.util.List;

/**
 * One call of an RPC message, MS-TDS 2.2.6.6.
 *
 * @param names of its arguments as they were sent, by which output parameters come back
 */
record RpcRequest(ProcedureCall call, List<String> names, List<TypeInfo> types, int flags) {
  private static final int BY_NUMBER = 0xFFFF;
  private static final int BATCH = 0x80;
  private static final int BATCH_72 = 0xFF;
  private static final int NO_EXECUTION = 0xFE;
  private static final int OUTPUT = 1;
  private static final int BY_DEFAULT = 2;

  /** All calls of a message, behind its headers. */
  static List<RpcRequest> read(WireReader in) {
    List<RpcRequest> all = new ArrayList<>();
    while (in.more()) {
      all.add(one(in));
      if (in.more()) {
        in.u8();
      }
    }
    return all;
  }

  private static RpcRequest one(WireReader in) {
    int length = in.u16();
    int number = length == BY_NUMBER ? in.u16() : 0;
    String name = number > 0 ? SystemProcedures.name(number) : in.utf16(length);
    int fixed = SystemProcedures.fixedArguments(number);
    int flags = in.u16();
    List<ProcedureCall.Argument> arguments = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<TypeInfo> types = new ArrayList<>();
    while (in.more() && in.peek() != BATCH && in.peek() != BATCH_72 && in.peek() != NO_EXECUTION) {
      String parameter = in.shortText();
      int status = in.u8();
      TypeInfo type = TypeInfo.read(in);
      Object value = Values.read(in, type);
      if ((status & BY_DEFAULT) == 0) {
        // tedious names the first ones statement and params, which SQL Server overlooks.
        String named = arguments.size() < fixed ? null : parameter;
        arguments.add(
            new ProcedureCall.Argument(
                named, SqlType.of(type), value, (status & OUTPUT) != 0, null));
        names.add(parameter);
        types.add(type);
      }
    }
    return new RpcRequest(new ProcedureCall(name, arguments), names, types, flags);
  }

  /** What a log of requests has: the procedure, and its text where it has one. */
  String text() {
    String first = null;
    for (ProcedureCall.Argument argument : call.arguments()) {
      if (argument.value() instanceof String text && !text.startsWith("@")) {
        first = text;
        break;
      }
    }
    boolean handled = call.name().equals("sp_execute") || call.name().equals("sp_unprepare");
    if (handled && !call.arguments().isEmpty()) {
      return call.name() + " " + call.arguments().get(0).value();
    }
    return first == null ? call.name() : call.name() + " " + first;
  }
}
