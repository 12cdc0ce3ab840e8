//! A table as lines of text: each row can be understood by itself.

/// A longer cell is running text, and its table only the page's frame.
const RUNNING: usize = 200;
/// A longer first cell is no heading of a column.
const HEADING: usize = 20;
/// Cells of one table; more are taken as running text.
const MOST_CELLS: usize = 200_000;

/// A table while it is read.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    cells: usize,
}

impl Table {
    pub fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Begins a cell.
    pub fn cell(&mut self) {
        if self.rows.is_empty() {
            self.row();
        }
        if let Some(row) = self.rows.last_mut() {
            row.push(String::new());
            self.cells += 1;
        }
    }

    pub fn text(&mut self, text: &str) {
        if self.rows.last().is_none_or(Vec::is_empty) {
            self.cell();
        }
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut()) {
            cell.push_str(text);
        }
    }

    /// Each row as a line. With three columns or more the first row names what stands under it: 项目：甲；标准：乙. With two the
    /// first column names the second. A table that only frames running text gives its paragraphs.
    pub fn lines(self) -> Vec<String> {
        let running = self.cells > MOST_CELLS
            || self.rows.iter().all(|row| row.len() <= 1)
            || self.rows.iter().flatten().any(|cell| cell.chars().count() > RUNNING && cell.contains('\n'));
        if running {
            let cells = self.rows.iter().flatten().flat_map(|cell| cell.lines());
            return cells.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        }
        let rows: Vec<Vec<String>> =
            self.rows.into_iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
        let heads = rows.first().filter(|first| {
            rows.len() > 1
                && first.len() > 2
                && first.iter().all(|cell| !cell.is_empty() && cell.chars().count() <= HEADING)
                && rows.iter().all(|row| row.len() <= first.len())
        });
        let two = rows.iter().all(|row| row.len() <= 2);
        let line = |row: &Vec<String>| -> String {
            let named = |at: usize, cell: &String| match heads.and_then(|heads| heads.get(at)) {
                Some(head) => format!("{head}：{cell}"),
                None => cell.clone(),
            };
            let cells = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
            let cells: Vec<String> = cells.map(|(at, cell)| named(at, cell)).collect();
            cells.join(if two { "：" } else { "；" })
        };
        rows.iter().skip(usize::from(heads.is_some())).map(line).filter(|line| !line.is_empty()).collect()
    }
}

fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Vec<String> {
        let mut table = Table::default();
        for row in rows {
            table.row();
            for cell in *row {
                table.cell();
                table.text(cell);
            }
        }
        table.lines()
    }

    #[test]
    fn a_row_can_be_understood_by_itself() {
        assert_eq!(
            table(&[&["项目", "标准", "备注"], &["高龄津贴", "每月\n100元", ""]]),
            ["项目：高龄津贴；标准：每月 100元"]
        );
        assert_eq!(
            table(&[&["办理地点", "一楼大厅"], &["电话", "12345"]]),
            ["办理地点：一楼大厅", "电话：12345"]
        );
        assert_eq!(table(&[&["第一条 甲。\n第二条 乙。"]]), ["第一条 甲。", "第二条 乙。"]);
        assert!(Table::default().lines().is_empty());
    }
}
