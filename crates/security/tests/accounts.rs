//! Logging in, being locked out, sessions, managing accounts: on both engines.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::sync::Arc;

use kernel::id::UnitId;
use kernel::{Coded as _, Ctx, ErrorCode, Micros, Rng, Role, Scope};
use security::{Accounts, LoggedIn, NewStaff, PasswordCost, Policy, SecurityError, Staff, StaffChange};
use sqlx::Row as _;
use store::testing::{TestDb, for_each_engine, prepare_all, test_ctx};

const PASSWORD: &str = "minsheng-demo";

fn policy() -> Policy {
    Policy { cost: PasswordCost { memory_kib: 64, passes: 1, lanes: 1 }, ..Policy::default() }
}

fn accounts(db: &TestDb) -> Accounts {
    Accounts::new((**db).clone(), policy(), Rng::seeded(7)).unwrap()
}

fn new_staff(login: &str, role: Role) -> NewStaff {
    NewStaff {
        login: login.to_owned(),
        name: "林晓禾".to_owned(),
        role,
        scope: Scope::District,
        skills: [("社保".to_owned(), 4)].into(),
        password: PASSWORD.to_owned().into(),
    }
}

async fn make(accounts: &Accounts, login: &str, role: Role) -> Staff {
    accounts.staff_create(&test_ctx(1), &new_staff(login, role)).await.unwrap()
}

async fn enter(accounts: &Accounts, login: &str, secs: i64) -> LoggedIn {
    accounts.login(&test_ctx(secs), login, PASSWORD).await.unwrap()
}

async fn actions(db: &TestDb) -> Vec<String> {
    let rows = sqlx::query("SELECT action FROM audit WHERE action <> 'schema.migrate' ORDER BY seq")
        .fetch_all(db.read())
        .await
        .unwrap();
    rows.iter().map(|row| row.try_get(0).unwrap()).collect()
}

fn at(secs: i64) -> Micros {
    Micros(0).plus_secs(secs)
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    for_each_engine(async |db| assert_eq!(prepare_all(db, security::sql::ALL).await, Ok(()))).await;
}

#[tokio::test]
async fn a_login_lasts_from_password_to_logout() {
    for_each_engine(async |db| {
        let accounts = accounts(db);
        let staff = make(&accounts, "agent1", Role::Agent).await;
        let session = enter(&accounts, " agent1 ", 100).await;
        assert_eq!(session.staff, staff);
        let token = session.token.expose();
        assert_eq!(token.len(), 43, "256 bits");
        let me = accounts.whoami(token, at(101)).await.unwrap();
        assert_eq!(me.staff, staff);
        assert_eq!(me.ctx(at(101), "t").actor_key(), format!("staff:{}", staff.id));
        let stored: String = sqlx::query("SELECT token_hash FROM sessions")
            .fetch_one(db.read())
            .await
            .unwrap()
            .try_get(0)
            .unwrap();
        assert_ne!(&stored, token);
        accounts.logout(&me.ctx(at(102), "t"), token).await.unwrap();
        accounts.logout(&me.ctx(at(103), "t"), token).await.unwrap();
        assert!(matches!(accounts.whoami(token, at(104)).await, Err(SecurityError::NoSession)));
        assert_eq!(actions(db).await, ["staff.create", "login.pass", "logout"]);
    })
    .await;
}

#[tokio::test]
async fn unknown_account_wrong_password_and_odd_input_answer_alike() {
    for_each_engine(async |db| {
        let accounts = accounts(db);
        make(&accounts, "agent1", Role::Agent).await;
        let long = "x".repeat(100_000);
        for (login, password) in [
            ("nobody", PASSWORD),
            ("agent1", "wrong"),
            ("agent1", ""),
            ("", ""),
            ("agent1\0", "x"),
            ("' OR 1=1 --", "x"),
            (long.as_str(), long.as_str()),
        ] {
            let error = accounts.login(&test_ctx(1), login, password).await.unwrap_err();
            assert!(matches!(error, SecurityError::BadCredentials), "{error:?}");
            assert_eq!(error.code(), ErrorCode::Unauthenticated);
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_lock_the_account_for_a_while() {
    for_each_engine(async |db| {
        let accounts = accounts(db);
        let staff = make(&accounts, "agent1", Role::Agent).await;
        for attempt in 1..=5 {
            let error = accounts.login(&test_ctx(10), "agent1", "wrong").await.unwrap_err();
            assert_eq!(matches!(error, SecurityError::Locked(_)), attempt == 5, "{attempt} {error:?}");
        }
        let error = accounts.login(&test_ctx(11), "agent1", PASSWORD).await.unwrap_err();
        assert!(matches!(error, SecurityError::Locked(until) if until == at(10 + 900)));
        assert!(error.advice().contains("08:15"), "{}", error.advice());
        let again = accounts.login(&test_ctx(10 + 900), "agent1", PASSWORD).await;
        assert!(again.is_ok(), "the lock runs out: {again:?}");
        // A success between failures starts the count anew.
        for _ in 0..4 {
            accounts.login(&test_ctx(2000), "agent1", "wrong").await.unwrap_err();
        }
        enter(&accounts, "agent1", 2001).await;
        for _ in 0..4 {
            let error = accounts.login(&test_ctx(2002), "agent1", "wrong").await.unwrap_err();
            assert!(matches!(error, SecurityError::BadCredentials));
        }
        // The administrator's reset unlocks.
        accounts.login(&test_ctx(2003), "agent1", "wrong").await.unwrap_err();
        accounts.password_reset(&test_ctx(2004), &staff.id, "another-pass").await.unwrap();
        accounts.login(&test_ctx(2005), "agent1", "another-pass").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_side_by_side_gives_no_more_guesses() {
    for_each_engine(async |db| {
        let accounts = Arc::new(accounts(db));
        make(&accounts, "agent1", Role::Agent).await;
        let mut guesses = tokio::task::JoinSet::new();
        for number in 0..40 {
            let accounts = Arc::clone(&accounts);
            guesses.spawn(async move {
                matches!(
                    accounts.login(&test_ctx(5), "agent1", &format!("guess {number}")).await,
                    Err(SecurityError::BadCredentials)
                )
            });
        }
        let answered = guesses.join_all().await.into_iter().filter(|wrong| *wrong).count();
        assert!(answered <= 4, "{answered} guesses were told wrong before the lock");
        assert!(matches!(
            accounts.login(&test_ctx(6), "agent1", PASSWORD).await,
            Err(SecurityError::Locked(_))
        ));
    })
    .await;
}

#[tokio::test]
async fn sessions_end_by_age_by_quiet_and_by_switching_off() {
    for_each_engine(async |db| {
        let accounts = accounts(db);
        let staff = make(&accounts, "agent1", Role::Agent).await;
        let quiet = enter(&accounts, "agent1", 0).await;
        assert!(accounts.whoami(quiet.token.expose(), at(3599)).await.is_ok());
        assert!(accounts.whoami(quiet.token.expose(), at(3599 + 3599)).await.is_ok(), "use keeps it alive");
        assert!(accounts.whoami(quiet.token.expose(), at(3599 + 3599 + 3600)).await.is_err(), "quiet");

        let busy = enter(&accounts, "agent1", 0).await;
        for minute in 0..720 {
            if minute % 30 == 0 {
                accounts.whoami(busy.token.expose(), at(minute * 60)).await.unwrap();
            }
        }
        assert!(accounts.whoami(busy.token.expose(), at(12 * 3600)).await.is_err(), "age");
        assert_eq!(accounts.sessions_sweep(at(12 * 3600)).await.unwrap(), 2);

        let live = enter(&accounts, "agent1", 50_000).await;
        let change = StaffChange {
            name: staff.name.clone(),
            role: staff.role,
            scope: staff.scope.clone(),
            skills: staff.skills.clone(),
            disabled: true,
        };
        accounts.staff_change(&test_ctx(50_001), &staff.id, &change).await.unwrap();
        assert!(accounts.whoami(live.token.expose(), at(50_002)).await.is_err(), "switched off");
        let error = accounts.login(&test_ctx(50_003), "agent1", PASSWORD).await.unwrap_err();
        assert!(matches!(error, SecurityError::Disabled));
    })
    .await;
}

#[tokio::test]
async fn an_administrator_manages_accounts_and_nobody_else() {
    for_each_engine(async |db| {
        let accounts = accounts(db);
        let admin = make(&accounts, "admin", Role::Administrator).await;
        let agent = make(&accounts, "agent1", Role::Agent).await;
        let ctx_of = async |login: &str| {
            let session = enter(&accounts, login, 10).await;
            accounts.whoami(session.token.expose(), at(11)).await.unwrap().ctx(at(11), "t")
        };
        let (by_admin, by_agent): (Ctx, Ctx) = (ctx_of("admin").await, ctx_of("agent1").await);

        for refused in [
            accounts.staff_create(&by_agent, &new_staff("x1", Role::Administrator)).await.err(),
            accounts.staff_list(&by_agent).await.err(),
            accounts.staff_get(&by_agent, &admin.id).await.err(),
            accounts.password_reset(&by_agent, &admin.id, "long-enough-pw").await.err(),
        ] {
            assert_eq!(refused.unwrap().code(), ErrorCode::Forbidden);
        }
        assert_eq!(accounts.staff_get(&by_agent, &agent.id).await.unwrap(), agent, "one's own account");
        assert_eq!(accounts.staff_list(&by_admin).await.unwrap().len(), 2);

        let mut change = StaffChange {
            name: "史海燕".to_owned(),
            role: Role::UnitHandler,
            scope: Scope::Unit(UnitId::from("zhifa")),
            skills: [("城管".to_owned(), 3)].into(),
            disabled: false,
        };
        let changed = accounts.staff_change(&by_admin, &agent.id, &change).await.unwrap();
        assert_eq!((changed.role, &changed.scope, &changed.name), (change.role, &change.scope, &change.name));
        let error = accounts.staff_change(&by_admin, &admin.id, &change).await.unwrap_err();
        assert!(error.advice().contains("不能停用自己的账号"), "{error:?}");
        change.skills = [("城管".to_owned(), 9)].into();
        assert!(accounts.staff_change(&by_admin, &agent.id, &change).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn bad_accounts_and_weak_passwords_are_refused_with_a_reason() {
    for_each_engine(async |db| {
        let accounts = accounts(db);
        make(&accounts, "agent1", Role::Agent).await;
        let refuse = async |login: &str, name: &str, password: &str| {
            let mut new = new_staff(login, Role::Agent);
            new.name = name.to_owned();
            new.password = password.to_owned().into();
            accounts.staff_create(&test_ctx(2), &new).await.unwrap_err().advice()
        };
        for (login, name, password, reason) in [
            ("agent1", "张三", PASSWORD, "已经有人使用"),
            ("a", "张三", PASSWORD, "2到32个字母"),
            ("a b", "张三", PASSWORD, "2到32个字母"),
            ("agent2", " ", PASSWORD, "姓名"),
            ("agent2", "张三", "short", "至少要 10 个字符"),
            ("agent2", "张三", "aaaaaaaaaaaa", "太容易被猜到"),
            ("agent2", "张三", "Password123", "太容易被猜到"),
            ("agent2", "张三", "x-agent2-2024", "不能包含账号"),
        ] {
            let advice = refuse(login, name, password).await;
            assert!(advice.contains(reason), "{login} {password}: {advice}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_changes_the_own_password() {
    for_each_engine(async |db| {
        let accounts = accounts(db);
        make(&accounts, "agent1", Role::Agent).await;
        let session = enter(&accounts, "agent1", 10).await;
        let me = accounts.whoami(session.token.expose(), at(11)).await.unwrap().ctx(at(11), "t");
        assert!(matches!(
            accounts.password_change(&me, "wrong", "brand-new-pass").await,
            Err(SecurityError::BadCredentials)
        ));
        assert!(accounts.password_change(&me, PASSWORD, PASSWORD).await.is_err());
        accounts.password_change(&me, PASSWORD, "brand-new-pass").await.unwrap();
        assert!(accounts.whoami(session.token.expose(), at(12)).await.is_err(), "all sessions end");
        assert!(accounts.login(&test_ctx(13), "agent1", PASSWORD).await.is_err());
        accounts.login(&test_ctx(14), "agent1", "brand-new-pass").await.unwrap();
        let told = format!("{:?}", actions(db).await);
        assert!(told.contains("staff.password_change") && !told.contains("brand-new"));
    })
    .await;
}

#[tokio::test]
async fn a_raised_cost_is_applied_at_the_next_login() {
    for_each_engine(async |db| {
        make(&accounts(db), "agent1", Role::Agent).await;
        let mut raised = policy();
        raised.cost.passes = 2;
        let accounts = Accounts::new((**db).clone(), raised, Rng::seeded(8)).unwrap();
        enter(&accounts, "agent1", 5).await;
        let hash: String = sqlx::query("SELECT password_hash FROM staff")
            .fetch_one(db.read())
            .await
            .unwrap()
            .try_get(0)
            .unwrap();
        assert!(hash.contains("t=2"), "{hash}");
        enter(&accounts, "agent1", 6).await;
    })
    .await;
}
