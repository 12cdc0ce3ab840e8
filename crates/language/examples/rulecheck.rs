//! Checks the rules alone on a tab-separated list.
use language::{Heard, escape};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let split = std::env::args().nth(2).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let mut miss = vec![];
    let mut fa = vec![];
    let (mut p, mut n) = (0, 0);
    for line in text.lines() {
        let mut f = line.split('\t');
        let (Some(t), Some(l), Some(c), Some(fam), Some(s)) =
            (f.next(), f.next(), f.next(), f.next(), f.next())
        else {
            continue;
        };
        if s != split {
            continue;
        }
        let heard = match c {
            "opening" => Heard::Opening,
            "after_answer" => Heard::AfterAnswer,
            "after_fail" => Heard::AfterFail,
            "offered" => Heard::Offered,
            "queue" => Heard::Queue,
            q => Heard::Form(q.trim_start_matches("form:").to_owned()),
        };
        let e = escape::hear(t, &heard);
        if l == "1" {
            p += 1;
            if e.wish.is_none() {
                miss.push(format!("{fam}\t{c}\t{t} => {}", escape::remaining(t)));
            }
        } else {
            n += 1;
            if let Some(w) = e.wish {
                fa.push(format!("{fam}\t{c}\t{t}\t<- {} {}", w.by, w.words));
            }
        }
    }
    let mut times = vec![];
    for _ in 0..3 {
        for line in text.lines() {
            let t = line.split('\t').next().unwrap();
            let at = std::time::Instant::now();
            std::hint::black_box(escape::hear(t, &Heard::AfterFail));
            times.push(at.elapsed().as_nanos() as f64 / 1000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    println!(
        "p50 {:.0} p99 {:.0} max {:.0} us",
        times[times.len() / 2],
        times[times.len() * 99 / 100],
        times[times.len() - 1]
    );
    println!("MISS {}/{p}", miss.len());
    if std::env::args().nth(3).is_none() {
        for m in &miss {
            println!("{m}");
        }
    }
    println!("FA {}/{n}", fa.len());
    if std::env::args().nth(3).is_none() {
        for m in &fa {
            println!("{m}");
        }
    }
}
