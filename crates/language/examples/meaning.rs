//! Learns the table of meanings: `meaning TEXTS TARGETS.f32 WEIGHTS.f32 OUT ROWS`. Ridge regression by conjugate gradients.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::many_single_char_names,
    reason = "a tool for those who build the models: it may stop, and its letters are those of the equations"
)]

use language::Heard;
use language::model::features::{Spec, features};
use language::model::meaning::{Meaning, WIDTH};
use language::views::Views;
use std::collections::HashMap;

fn floats(path: &str) -> Vec<f32> {
    std::fs::read(path).unwrap().chunks_exact(4).map(|c| f32::from_le_bytes(c.try_into().unwrap())).collect()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let spec = Spec { grams: 3, ..Spec::default() };
    let texts = std::fs::read_to_string(&args[0]).unwrap();
    let lists: Vec<Vec<u32>> =
        texts.split('\n').map(|t| features(&Views::of(t), &Heard::Opening, &spec)).collect();
    let (y, w) = (floats(&args[1]), floats(&args[2]));
    assert_eq!(y.len(), lists.len() * WIDTH);
    let mut counts: HashMap<u32, f32> = HashMap::new();
    for (list, w) in lists.iter().zip(&w) {
        for f in list {
            *counts.entry(*f).or_default() += w;
        }
    }
    let mut kept: Vec<(u32, f32)> = counts.into_iter().filter(|c| c.1 >= 4.0).collect();
    kept.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    kept.truncate(args[4].parse().unwrap());
    kept.sort_by_key(|k| k.0);
    let all = lists.len() as f32;
    let idf: Vec<f32> = kept.iter().map(|k| ((1.0 + all) / (1.0 + k.1)).ln().max(0.0) + 1.0).collect();
    let vocab: Vec<u32> = kept.iter().map(|k| k.0).collect();
    println!("{} texts, {} features", lists.len(), vocab.len());
    let rows: Vec<Vec<(u32, f32)>> = lists
        .iter()
        .map(|l| {
            let mut r: Vec<(u32, f32)> =
                l.iter().filter_map(|f| vocab.binary_search(f).ok()).map(|i| (i as u32, idf[i])).collect();
            let n = r.iter().map(|x| x.1 * x.1).sum::<f32>().sqrt().max(1e-9);
            for x in &mut r {
                x.1 /= n;
            }
            r
        })
        .collect();
    let size = vocab.len() * WIDTH;
    let lambda = 1.0_f32;
    let times = |x: &[f32]| -> Vec<f32> {
        // X'WX x + lambda x
        let mut out: Vec<f32> = x.iter().map(|v| v * lambda).collect();
        for (row, w) in rows.iter().zip(&w) {
            let mut s = [0.0_f32; WIDTH];
            for (f, v) in row {
                let at = *f as usize * WIDTH;
                for (a, b) in s.iter_mut().zip(&x[at..at + WIDTH]) {
                    *a += v * b;
                }
            }
            for (f, v) in row {
                let at = *f as usize * WIDTH;
                for (a, b) in out[at..at + WIDTH].iter_mut().zip(&s) {
                    *a += w * v * b;
                }
            }
        }
        out
    };
    let mut b = vec![0.0_f32; size];
    for ((row, w), y) in rows.iter().zip(&w).zip(y.chunks_exact(WIDTH)) {
        for (f, v) in row {
            let at = *f as usize * WIDTH;
            for (a, t) in b[at..at + WIDTH].iter_mut().zip(y) {
                *a += w * v * t;
            }
        }
    }
    let mut e = vec![0.0_f32; size];
    let mut r = b.clone();
    let mut p = r.clone();
    let dot = |a: &[f32], b: &[f32]| -> Vec<f64> {
        let mut s = vec![0.0_f64; WIDTH];
        for (x, y) in a.chunks_exact(WIDTH).zip(b.chunks_exact(WIDTH)) {
            for i in 0..WIDTH {
                s[i] += f64::from(x[i] * y[i]);
            }
        }
        s
    };
    let mut rs = dot(&r, &r);
    for it in 0..30 {
        let ap = times(&p);
        let pap = dot(&p, &ap);
        let al: Vec<f32> = rs.iter().zip(&pap).map(|(a, b)| (a / b.max(1e-30)) as f32).collect();
        for i in 0..size {
            e[i] += al[i % WIDTH] * p[i];
            r[i] -= al[i % WIDTH] * ap[i];
        }
        let rn = dot(&r, &r);
        for i in 0..size {
            p[i] = r[i] + (rn[i % WIDTH] / rs[i % WIDTH].max(1e-30)) as f32 * p[i];
        }
        rs = rn;
        if it % 10 == 9 {
            println!("{it} {:.3}", rs.iter().sum::<f64>());
        }
    }
    let table: Vec<[f32; WIDTH]> = e
        .chunks_exact(WIDTH)
        .zip(&idf)
        .map(|(row, idf)| {
            let mut out = [0.0; WIDTH];
            for i in 0..WIDTH {
                out[i] = row[i] * idf;
            }
            out
        })
        .collect();
    let bytes = Meaning::new(vocab, &table).to_bytes();
    println!("{} bytes", bytes.len());
    std::fs::write(&args[3], bytes).unwrap();
}
