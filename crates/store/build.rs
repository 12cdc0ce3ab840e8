//! Embeds `migrations/*.sql` in number order, so that adding a file is all it takes to add a migration.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=migrations");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("migrations");
    let mut found = BTreeMap::new();
    for file in fs::read_dir(&folder)? {
        let path = file?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        let Some(stem) = name.strip_suffix(".sql") else { continue };
        let number: u32 = stem.split('_').next().unwrap_or_default().parse().map_err(|_| {
            format!("migrations/{name}: begin the name with a number, as in 0007_rosters.sql")
        })?;
        if let Some((other, _)) = found.insert(number, (name.clone(), path)) {
            return Err(
                format!("migrations {other} and {name} have the same number: renumber the newer").into()
            );
        }
    }
    let mut code = String::from("pub(crate) const MIGRATIONS: &[Migration] = &[\n");
    for (number, (name, path)) in found {
        let path = path.display().to_string();
        writeln!(code, "    Migration {{ number: {number}, name: {name:?}, sql: include_str!({path:?}) }},")?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("migrations.rs"), code)?;
    Ok(())
}
