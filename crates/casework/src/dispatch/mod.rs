//! Who should get a ticket: the dispatch catalogue, the place, what came of earlier dispatches, and a learned guess. Pure.

mod learned;

use kernel::UnitId;
use serde::{Deserialize, Serialize};

use crate::{CaseworkError, Organisation};

pub use learned::{Automatic, Closed, LESSON_LEAST, LESSON_MOST, Learned, Lesson, Likely, contest};

/// Whose duty a matter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// A department's by law: never a town's or street's.
    #[default]
    Department,
    /// A town's or street's.
    Town,
    /// Either's.
    Shared,
}

/// One line of the catalogue: a matter, at all or some places, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The matter's name.
    pub matter: String,
    /// Its domain.
    pub domain: String,
    /// Words by which it is known.
    #[serde(default)]
    pub words: Vec<String>,
    /// Words that tell that it is something else.
    #[serde(default)]
    pub not: Vec<String>,
    /// Place codes it is limited to.
    #[serde(default)]
    pub places: Vec<String>,
    /// Who leads; none when the unit that governs the place does.
    #[serde(default)]
    pub lead: Option<UnitId>,
    /// Who helps.
    #[serde(default)]
    pub co: Vec<UnitId>,
    /// The law or duty list it rests on.
    #[serde(default)]
    pub basis: String,
    /// Whose duty it is.
    #[serde(default)]
    pub duty: Duty,
}

/// The dispatch catalogue of a site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Its version, as the site names it.
    #[serde(default)]
    pub version: String,
    /// The day from which it holds, `yyyy-mm-dd`.
    #[serde(default)]
    pub from: String,
    /// Its lines.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// What is known of a matter that needs a unit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Title, category and words.
    pub text: &'a str,
    /// The category.
    pub category: &'a str,
    /// The domain.
    pub domain: &'a str,
    /// The address.
    pub place: &'a str,
}

/// What came of earlier dispatches in the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Experience {
    /// The category.
    pub category: String,
    /// The unit.
    pub unit: UnitId,
    /// Answered by it.
    pub kept: i64,
    /// Objected to, and the objection upheld.
    pub refused: i64,
}

/// A unit that should get a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Which.
    pub unit: UnitId,
    /// What it is called.
    pub unit_name: String,
    /// Which help.
    pub co_units: Vec<UnitId>,
    /// From 0 to 1.
    pub confidence: f64,
    /// The law or duty list it rests on.
    pub basis: String,
    /// The catalogue's matter, if one fits.
    pub matter: String,
    /// Why, in Chinese.
    pub reasons: Vec<String>,
}

/// Proposals that are returned.
const MOST: usize = 3;
/// How sure the leader of a domain is without a fitting line.
const LEADER: f64 = 0.5;
/// From which fit a line decides whose duty a matter is.
const DECIDES: f64 = 0.7;

impl Catalogue {
    /// The settings document's name.
    pub const SETTING: &'static str = "catalogue";

    /// Whether the catalogue can be used with the site's units.
    ///
    /// # Errors
    /// Naming the first line that cannot, in Chinese.
    pub fn check(&self, site: &Organisation) -> Result<(), CaseworkError> {
        let mut ids = std::collections::BTreeSet::new();
        for rule in &self.rules {
            let fault = |what: String| {
                Err(CaseworkError::Catalogue(format!("派单目录“{}”（{}）{what}", rule.matter, rule.id)))
            };
            if rule.id.is_empty() || !ids.insert(rule.id.as_str()) {
                return fault("的编号为空或重复，请改正。".to_owned());
            }
            if rule.matter.is_empty() || rule.words.iter().all(|word| word.chars().count() < 2) {
                return fault("还没有事项名称或两字以上的关键词，请补上。".to_owned());
            }
            let units = rule.lead.iter().chain(&rule.co);
            if let Some(unit) = units.into_iter().find(|unit| !site.has_unit(unit)) {
                return fault(format!("写的单位“{unit}”不存在或已撤并，请换一家。"));
            }
            if rule.duty == Duty::Department {
                let local =
                    rule.lead.as_ref().and_then(|lead| site.unit(lead)).is_none_or(crate::Unit::is_local);
                if local && !site.units.is_empty() {
                    return fault("是部门职责，主办单位要写一个部门，不能写镇街。".to_owned());
                }
            }
        }
        Ok(())
    }

    /// How well a line fits, from 0 to 1.
    fn fit(rule: &Rule, asked: &Asked<'_>, place: Option<&str>) -> f64 {
        if !rule.places.is_empty() && !place.is_some_and(|code| rule.places.iter().any(|known| known == code))
        {
            return 0.0;
        }
        if rule.not.iter().any(|word| asked.text.contains(word.as_str())) {
            return 0.0;
        }
        if !asked.category.is_empty() && asked.category == rule.matter {
            return 0.95;
        }
        let hits: Vec<usize> = rule
            .words
            .iter()
            .filter(|word| word.chars().count() > 1 && asked.text.contains(word.as_str()))
            .map(|word| word.chars().count())
            .collect();
        if hits.is_empty() {
            return 0.0;
        }
        let base = if rule.domain == asked.domain { 0.7 } else { 0.45 };
        let more = 0.07 * (hits.len() - 1) as f64;
        let long = hits.iter().filter(|length| **length > 2).count().min(3) as f64 * 0.04;
        let placed = if rule.places.is_empty() { 0.0 } else { 0.04 };
        f64::min(base + more + long + placed, 0.96)
    }

    /// The units that should get a ticket, the likeliest first.
    pub fn recommend(
        &self,
        site: &Organisation,
        asked: &Asked<'_>,
        experience: &[Experience],
        guesses: &[Likely],
    ) -> Vec<Proposal> {
        let place = site.place_code(asked.place);
        let mut all: Vec<Proposal> = Vec::new();
        for rule in &self.rules {
            let fit = Self::fit(rule, asked, place);
            if fit <= 0.0 {
                continue;
            }
            let local = || place.and_then(|code| site.unit_of_place(code)).map(|unit| unit.id.clone());
            let Some(unit) = rule.lead.clone().or_else(local) else { continue };
            let said: Vec<&str> =
                rule.words.iter().map(String::as_str).filter(|word| asked.text.contains(word)).collect();
            let mut reasons = vec![if said.is_empty() {
                format!("目录事项“{}”与类别相同", rule.matter)
            } else {
                format!("目录事项“{}”，说到了{}", rule.matter, said.join("、"))
            }];
            if rule.lead.is_none() {
                let name = place.and_then(|code| site.place_name(code)).unwrap_or_default();
                reasons.push(format!("地点在{name}，属地办理"));
            }
            put(&mut all, site, unit, fit, rule, reasons);
        }
        if let Some(unit) = site.leading_unit(asked.domain) {
            let reasons = vec![format!("{}领域的牵头单位", asked.domain)];
            put(&mut all, site, unit, LEADER, &Rule::default(), reasons);
        }
        for likely in guesses.iter().filter(|likely| site.has_unit(&likely.unit)) {
            let percent = (likely.share * 100.0).round();
            let said = match likely.said.as_slice() {
                [] => String::new(),
                said => format!("，看的是{}", said.join("、")),
            };
            let reasons = vec![format!("相似工单多由其办结（{percent}%{said}）")];
            put(&mut all, site, likely.unit.clone(), likely.sure, &Rule::default(), reasons);
        }
        for proposal in &mut all {
            weigh(proposal, asked.category, experience);
        }
        all.retain(|proposal| site.has_unit(&proposal.unit));
        all.sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then(one.unit.cmp(&other.unit)));
        all.truncate(MOST);
        all
    }

    /// The department's duty that a town or street is not to be given, if this is one.
    pub fn blocked(&self, site: &Organisation, asked: &Asked<'_>, unit: &UnitId) -> Option<&Rule> {
        if !site.unit(unit).is_some_and(crate::Unit::is_local) {
            return None;
        }
        let place = site.place_code(asked.place);
        let fits = self.rules.iter().map(|rule| (Self::fit(rule, asked, place), rule));
        let best = fits.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
        (best.0 >= DECIDES && best.1.duty == Duty::Department).then_some(best.1)
    }
}

/// Adds a proposal, or what speaks for a unit that is proposed already.
fn put(
    all: &mut Vec<Proposal>,
    site: &Organisation,
    unit: UnitId,
    sure: f64,
    rule: &Rule,
    reasons: Vec<String>,
) {
    if let Some(known) = all.iter_mut().find(|known| known.unit == unit) {
        // Two signs are surer than the surer of them, yet they are not independent.
        let (high, low) = (known.confidence.max(sure), known.confidence.min(sure));
        known.confidence = f64::min(high + (1.0 - high) * low * 0.3, 0.99);
        if sure >= high && !rule.id.is_empty() {
            known.basis.clone_from(&rule.basis);
            known.matter.clone_from(&rule.matter);
            known.co_units.clone_from(&rule.co);
        }
        known.reasons.extend(reasons);
        known.reasons.truncate(5);
        return;
    }
    all.push(Proposal {
        unit_name: site.unit_name(&unit).unwrap_or_default().to_owned(),
        co_units: rule.co.iter().filter(|co| **co != unit).cloned().collect(),
        confidence: sure,
        basis: rule.basis.clone(),
        matter: rule.matter.clone(),
        unit,
        reasons,
    });
}

/// What came of earlier dispatches of the same category.
fn weigh(proposal: &mut Proposal, category: &str, experience: &[Experience]) {
    let same = experience.iter().find(|one| one.unit == proposal.unit && one.category == category);
    let Some(one) = same else { return };
    let (kept, refused) = (one.kept as f64, one.refused as f64);
    if one.refused > 0 {
        proposal.confidence *= (kept + 1.0) / (kept + 2.0 * refused + 1.0);
        proposal.reasons.push(format!("同类工单的异议成立过{}次", one.refused));
    } else if one.kept >= 3 {
        proposal.confidence += (1.0 - proposal.confidence) * f64::min(kept / 20.0, 0.6);
        proposal.reasons.push(format!("同类工单由其办过{}件", one.kept));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(in crate::dispatch) fn starter() -> (Organisation, Catalogue) {
        let read = |file: &str| {
            let path =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter").join(file);
            std::fs::read_to_string(path).unwrap()
        };
        let site: Organisation = serde_yaml_ng::from_str(&read("organisation.yaml")).unwrap();
        let catalogue: Catalogue = serde_yaml_ng::from_str(&read("catalogue.yaml")).unwrap();
        (site, catalogue)
    }

    #[test]
    fn the_starter_catalogue_names_units_that_exist_for_every_domain() {
        let (site, catalogue) = starter();
        catalogue.check(&site).unwrap();
        let led: std::collections::BTreeSet<&str> =
            site.units.iter().flat_map(|unit| unit.leads.iter().map(String::as_str)).collect();
        for domain in led {
            assert!(catalogue.rules.iter().any(|rule| rule.domain == domain), "no line for {domain}");
        }
        assert!(catalogue.rules.iter().all(|rule| !rule.basis.is_empty()));
    }

    #[test]
    fn matters_find_their_units() {
        let (site, catalogue) = starter();
        for (domain, text, place, unit) in [
            ("城管市容", "小区门口路灯不亮好几天了", "中河街道", "shizheng"),
            ("城管市容", "楼下烧烤店占道经营，摊子摆到人行道上", "", "zhifa"),
            ("就业劳动", "工地拖欠工资三个月，老板不见人", "", "renshe"),
            ("水电气热", "家里停水一天了，没有通知", "", "gongshui"),
            ("物业小区", "楼上邻居乱拉电线，邻里纠纷吵了几次", "姜山镇蔡郎桥村", "jiangshan-zhen"),
        ] {
            let asked = Asked { text, domain, place, category: "" };
            let best = catalogue.recommend(&site, &asked, &[], &[]).into_iter().next().unwrap();
            assert_eq!(best.unit.as_str(), unit, "{text}: {best:?}");
            assert!(best.confidence > 0.6 && !best.reasons.is_empty() && !best.basis.is_empty());
        }
    }

    #[test]
    fn a_departments_duty_is_not_a_towns() {
        let (site, catalogue) = starter();
        let asked = Asked {
            text: "工地拖欠工资三个月", domain: "就业劳动", place: "姜山镇", category: ""
        };
        let town = UnitId::from("jiangshan-zhen");
        assert_eq!(catalogue.blocked(&site, &asked, &town).unwrap().domain, "就业劳动");
        assert!(catalogue.blocked(&site, &asked, &UnitId::from("renshe")).is_none());
        let shared = Asked { text: "邻里纠纷", domain: "物业小区", place: "姜山镇", category: "" };
        assert!(catalogue.blocked(&site, &shared, &town).is_none());
    }

    #[test]
    fn an_upheld_objection_is_learned_from_and_a_guess_counts() {
        let (site, catalogue) = starter();
        let asked = Asked { text: "占道经营", domain: "城管市容", place: "", category: "摊贩" };
        let before = catalogue.recommend(&site, &asked, &[], &[]).remove(0);
        let refused =
            Experience { category: "摊贩".into(), unit: before.unit.clone(), kept: 0, refused: 2 };
        let after = catalogue.recommend(&site, &asked, &[refused], &[]);
        let same = after.iter().find(|one| one.unit == before.unit).unwrap();
        assert!(same.confidence < before.confidence / 2.0);
        let guess = [Likely { unit: before.unit.clone(), share: 0.9, sure: 0.7, said: Vec::new() }];
        assert!(catalogue.recommend(&site, &asked, &[], &guess).remove(0).confidence > before.confidence);
    }

    #[test]
    fn a_closed_unit_is_refused() {
        let (mut site, catalogue) = starter();
        let lead = catalogue.rules.iter().find_map(|rule| rule.lead.clone()).unwrap();
        for unit in site.units.iter_mut().filter(|unit| unit.id == lead) {
            unit.closed = true;
        }
        assert!(catalogue.check(&site).unwrap_err().to_string().contains("撤并"));
    }
}
