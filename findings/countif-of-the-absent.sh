#!/bin/sh
# COUNTIF(marks,">=10") counts who has passed. Two programs that compute spreadsheets' formulas in JavaScript count absent candidates, too:
# fast-formula-parser 1.0.19 takes the word "absent" for at least 10, so that one more is admitted;
# it and formulajs 4.6.1 take an empty cell for below 10, so that one more is refused. Three candidates of whom one did not come
# are then two and one, or one and two. HyperFormula 3.5.0 counts marks alone, as spreadsheet programs do: OpenDocument
# has a criterion with a number compare numbers (1.3 part 4, 4.11.8, and COUNTIF, 6.13.9). Where every candidate has a mark all
# three agree, and SUMIF and AVERAGEIF of fast-formula-parser leave the word out, so that a mean looks right beside a
# wrong count. formulajs documents that it differs in dates, and neither one in this.
#
# Seen on 2026-11-30, Node 20, fast-formula-parser 1.0.19, formulajs 4.6.1, HyperFormula 3.5.0; of each row how many are >=10, and <10:
#   marks                  HyperFormula   fast-formula-parser   formulajs
#   12, 8, 14              2 1            2 1                   2 1
#   12, absent, 8          1 1            2 1                   1 1
#   12, (empty), 8         1 1            1 2                   1 2
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
npm install --prefix "$place" --silent --no-audit --no-fund \
  fast-formula-parser@1.0.19 @formulajs/formulajs@4.6.1 hyperformula@3.5.0
cat > "$place/count.mjs" <<'JS'
import * as formulajs from "@formulajs/formulajs";
import FormulaParser from "fast-formula-parser";
import HyperFormulaModule from "hyperformula";

const { HyperFormula } = HyperFormulaModule;
const CRITERIA = [">=10", "<10"];
const ROWS = [[12, 8, 14], [12, "absent", 8], [12, null, 8]];
const engines = {
  HyperFormula: (row, criterion) =>
    HyperFormula.buildFromArray([row, [`=COUNTIF(A1:C1,"${criterion}")`]], { licenseKey: "gpl-v3" })
      .getCellValue({ sheet: 0, row: 1, col: 0 }),
  "fast-formula-parser": (row, criterion) =>
    new FormulaParser({ onCell: ({ col }) => row[col - 1], onRange: () => [row] })
      .parse(`COUNTIF(A1:C1,"${criterion}")`, { sheet: "S", row: 9, col: 9 }),
  formulajs: (row, criterion) => formulajs.COUNTIF([row], criterion),
};
const seen = [];
console.log("marks".padEnd(22), Object.keys(engines).map((name) => name.padEnd(name.length + 2)).join(" "));
for (const row of ROWS) {
  const line = Object.values(engines).map((count) => CRITERIA.map((criterion) => count(row, criterion)).join(" "));
  const cells = line.map((counts, k) => counts.padEnd(Object.keys(engines)[k].length + 2));
  console.log(row.map((mark) => mark ?? "(empty)").join(", ").padEnd(22), cells.join(" "));
  seen.push(line.join(", "));
}
const expected = ["2 1, 2 1, 2 1", "1 1, 2 1, 1 1", "1 1, 1 2, 1 2"];
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
cd "$place" && node count.mjs
