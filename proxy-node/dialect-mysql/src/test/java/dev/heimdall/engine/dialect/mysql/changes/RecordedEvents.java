package dev.heimdall.engine.dialect.mysql.changes;

import java.util.HexFormat;

/**
 * Events of a table as servers have written them, without their checksums: MariaDB 11.4 and MySQL
 * 9.7. {@code recorded} is (tiny TINYINT, small SMALLINT UNSIGNED, medium MEDIUMINT, id INT
 * UNSIGNED PRIMARY KEY, big BIGINT, price DECIMAL(10,3), name VARCHAR(20) utf8mb4, code CHAR(4)
 * latin1, wide VARCHAR(300) utf8mb4, label CHAR(200) utf8mb4, note TEXT, at DATETIME(3), day DATE,
 * kind ENUM('x', 'y'), flags SET('a', 'b'), bits BIT(10), ratio DOUBLE, body JSON, year YEAR, clock
 * TIME(2), stamp TIMESTAMP).
 *
 * @param table that the rows are of it
 * @param insert {@code (-1, 65535, -8388608, 4294967295, -5, -12.345, 'Kiwi', 'ab', 'größe', 'e',
 *     'long text', …), (5, 6, 7, 8, 9, 1, NULL, …)}
 * @param update {@code SET name = 'plum', big = 77 WHERE id = 8}
 * @param minimalUpdate with minimal images, {@code SET name = 'fig', id = 9 WHERE id = 8}
 * @param minimalDelete likewise, {@code WHERE id = 9}
 */
record RecordedEvents(
    String table, String insert, String update, String minimalUpdate, String minimalDelete) {

  static final RecordedEvents MARIADB =
      new RecordedEvents(
          "2ee20d6b13010000005e00000000000000000015000000000001000361707000087265636f726465"
              + "6400150102090308f60ffe0ffefc120afefe1005fc0d1311160a035000fe04b004ce200203f701f8"
              + "01020108040200f7ff1f",
          "2ee20d6b1701000000a3000000000000000000150000000000010015ffff1f0000e0ffffff000080"
              + "fffffffffbffffffffffffff7ffffff3fea6044b69776902616207006772c3b6c39f650100650900"
              + "6c6f6e67207465787499b2bac00004e25dd00f02030201000000000000f83f080000007b2261223a"
              + "20317d7c7fef7cd365e071c0c0ffff050600070000080000000900000000000000800000010000",
          "2ee20d6b180100000061000000000000000000150000000000010015ffff1fffff1fc0ffff050600"
              + "07000008000000090000000000000080000001000080ffff050600070000080000004d0000000000"
              + "000080000001000004706c756d",
          "2ee20d6b180100000034000000000000000000150000000000010015080000480000fe08000000fc"
              + "0900000003666967",
          "2ee20d6b190100000028000000000000000000150000000000010015080000fe09000000");

  static final RecordedEvents MYSQL =
      new RecordedEvents(
          "32e20d6b13010000006a000000d101000000006d000000000001000361707000087265636f726465"
              + "6400150102090308f60ffe0ffefc120afefe1005f50d1311160a035000fe04b004ce200203f701f8"
              + "01020108040200f7ff1f0101510207fcff00002d0108",
          "32e20d6b1e01000000aa0000007b02000000006d00000000001100020015ffffff000000ffffff00"
              + "0080fffffffffbffffffffffffff7ffffff3fea6044b69776902616207006772c3b6c39f65010065"
              + "09006c6f6e67207465787499b2bac00004e25dd00f02030201000000000000f83f0d000000000100"
              + "0c000b000100050100617c7fef7cd365e071c0c0ff1f050600070000080000000900000000000000"
              + "800000010000",
          "32e20d6b1f01000000630000000904000000006d00000000001100020015ffffffffffffc0ff1f05"
              + "060007000008000000090000000000000080000001000080ff1f050600070000080000004d000000"
              + "0000000080000001000004706c756d",
          "32e20d6b1f01000000360000006a05000000006d0000000000110002001508000048000000080000"
              + "00000900000003666967",
          "32e20d6b20010000002a000000b606000000006d000000000011000200150800000009000000");

  static byte[] bytes(String event) {
    return HexFormat.of().parseHex(event);
  }
}
