//! The value of `--shard`: a share, or `auto` in a job array, where environment variables give the task's number and the
//! number of tasks.

use crate::jobs::feed::Shard;

/// The environment variables of a scheduler's job arrays.
struct JobArray {
    scheduler: &'static str,
    /// The variable that holds the task's number.
    task: &'static str,
    tasks: Tasks,
}

/// How tasks are numbered; `count`, `last` and `step` are names of variables.
enum Tasks {
    /// Consecutively from this number.
    Counted { first: u64, count: &'static str },
    /// In equal steps from one number to another; in a list with gaps, the position of a task is unknown.
    Spread { first: &'static str, last: &'static str, count: &'static str },
    /// In steps of this size.
    Stepped { first: &'static str, last: &'static str, step: &'static str },
    /// Consecutively from this number; no variable has the number of tasks.
    Uncounted { first: u64, advice: &'static str },
}

/// The variables of each scheduler, from its manual's section on job arrays or environment variables.
const JOB_ARRAYS: &[JobArray] = &[
    JobArray {
        scheduler: "Slurm",
        task: "SLURM_ARRAY_TASK_ID",
        tasks: Tasks::Spread {
            first: "SLURM_ARRAY_TASK_MIN",
            last: "SLURM_ARRAY_TASK_MAX",
            count: "SLURM_ARRAY_TASK_COUNT",
        },
    },
    JobArray {
        scheduler: "AWS Batch",
        task: "AWS_BATCH_JOB_ARRAY_INDEX",
        tasks: Tasks::Counted { first: 0, count: "AWS_BATCH_JOB_ARRAY_SIZE" },
    },
    JobArray {
        scheduler: "Kubernetes",
        task: "JOB_COMPLETION_INDEX",
        tasks: Tasks::Uncounted { first: 0, advice: "N is the job's `completions`" },
    },
    JobArray {
        scheduler: "Cloud Run",
        task: "CLOUD_RUN_TASK_INDEX",
        tasks: Tasks::Counted { first: 0, count: "CLOUD_RUN_TASK_COUNT" },
    },
    JobArray {
        scheduler: "Google Cloud Batch",
        task: "BATCH_TASK_INDEX",
        tasks: Tasks::Counted { first: 0, count: "BATCH_TASK_COUNT" },
    },
    JobArray {
        scheduler: "Grid Engine",
        task: "SGE_TASK_ID",
        tasks: Tasks::Stepped {
            first: "SGE_TASK_FIRST",
            last: "SGE_TASK_LAST",
            step: "SGE_TASK_STEPSIZE",
        },
    },
    JobArray {
        scheduler: "PBS",
        task: "PBS_ARRAY_INDEX",
        tasks: Tasks::Uncounted { first: 1, advice: "submit it with -J 1-N" },
    },
    JobArray {
        scheduler: "LSF",
        task: "LSB_JOBINDEX",
        // LSB_JOBINDEX_END is the last number, but no variable has the first one.
        tasks: Tasks::Uncounted { first: 1, advice: "submit it as -J \"name[1-N]\"" },
    },
    JobArray {
        scheduler: "GitLab CI",
        task: "CI_NODE_INDEX",
        tasks: Tasks::Counted { first: 1, count: "CI_NODE_TOTAL" },
    },
    JobArray {
        scheduler: "GNU parallel",
        task: "PARALLEL_SEQ",
        tasks: Tasks::Uncounted { first: 1, advice: "give it N arguments" },
    },
];

/// Parses `I/N`, `auto` or `auto/N`. The error is a message for the user.
pub(in crate::commands) fn parse_shard(text: &str) -> Result<Shard, String> {
    parse_with(text, |name| std::env::var(name).ok())
}

fn parse_with(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let wrong = || "write I/N with I from 1 to N, such as 3/16, or auto, or auto/N".to_owned();
    let number = |text: &str| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|_| is_number).ok_or_else(wrong)
    };
    match text.split_once('/') {
        None if text == "auto" => shard_of_task(None, variable),
        Some(("auto", count)) => shard_of_task(Some(number(count)?), variable),
        Some((index, count)) => Shard::new(number(index)?, number(count)?).ok_or_else(wrong),
        None => Err(wrong()),
    }
}

/// The share of this task; `given_count` is the N of `auto/N`. The error names the missing variable, or the two that
/// contradict each other.
fn shard_of_task(
    given_count: Option<u64>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Shard, String> {
    let found = JOB_ARRAYS.iter().filter_map(|array| {
        let task = variable(array.task).filter(|task| array.is_task(task))?;
        Some((array, task))
    });
    match found.collect::<Vec<_>>().as_slice() {
        [(array, task)] => array.shard(task, given_count, variable),
        [] => Err("this is no task of a known job array: name the share, such as 3/16".to_owned()),
        [(one, _), (other, _), ..] => Err(format!(
            "both {} and {} are set: name the share, such as 3/16",
            one.task, other.task
        )),
    }
}

impl JobArray {
    /// Grid Engine and LSF set the variable in every job, with these values outside of arrays.
    fn is_task(&self, task: &str) -> bool {
        !matches!((self.task, task), ("SGE_TASK_ID", "undefined") | ("LSB_JOBINDEX", "0"))
    }

    fn shard(
        &self,
        task: &str,
        given_count: Option<u64>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Shard, String> {
        let of = |name: &str| {
            let text =
                variable(name).ok_or_else(|| format!("{} is set, but {name} is not", self.task))?;
            number(name, &text)
        };
        let task = number(self.task, task)?;
        let (first, step, count) = match self.tasks {
            Tasks::Counted { first, count } => (first, 1, of(count)?),
            Tasks::Spread { first, last, count } => {
                let (first, last, count) = (of(first)?, of(last)?, of(count)?);
                let (span, gaps) = (last.saturating_sub(first), count.saturating_sub(1).max(1));
                if span % gaps != 0 {
                    return Err(self.uneven());
                }
                (first, (span / gaps).max(1), count)
            }
            Tasks::Stepped { first, last, step } => {
                let (first, last, step) = (of(first)?, of(last)?, of(step)?.max(1));
                (first, step, last.saturating_sub(first) / step + 1)
            }
            Tasks::Uncounted { first, advice } => {
                let count = given_count.ok_or_else(|| {
                    let scheduler = self.scheduler;
                    format!("{scheduler} does not set the number of tasks: write auto/N ({advice})")
                })?;
                (first, 1, count)
            }
        };
        // With fewer tasks than shares, some shares would have no task.
        if let Some(given_count) = given_count.filter(|given_count| *given_count != count) {
            return Err(format!(
                "the array has {count} tasks, and auto/{given_count} was given: write auto, or name the share, such as 3/{given_count}"
            ));
        }
        let place = task.checked_sub(first).ok_or_else(|| self.outside(task, count))?;
        if place % step != 0 {
            return Err(self.uneven());
        }
        Shard::new(place / step + 1, count).ok_or_else(|| self.outside(task, count))
    }

    fn uneven(&self) -> String {
        format!(
            "{}'s tasks are not numbered in even steps: number them 1-N, or name the share, such as 3/16",
            self.scheduler
        )
    }

    fn outside(&self, task: u64, count: u64) -> String {
        let advice = match self.tasks {
            Tasks::Uncounted { advice, .. } => advice,
            _ => "name the share, such as 3/16",
        };
        format!("{} is {task}, which is none of {count} tasks: {advice}", self.task)
    }
}

fn number(name: &str, text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{name} is no number: `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads variables written `NAME=VALUE`.
    fn shard(variables: &[&str], given_count: Option<u64>) -> Result<String, String> {
        let variable = |name: &str| {
            let found = variables.iter().filter_map(|it| it.split_once('='));
            found.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
        };
        shard_of_task(given_count, variable).map(|shard| shard.to_string())
    }

    fn read(text: &str) -> Result<String, String> {
        parse_with(text, |_| None).map(|shard| shard.to_string())
    }

    #[test]
    fn a_share_is_one_of_several() {
        for text in ["1/1", "3/16", "16/16", "4294967295/4294967295"] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "/",
            "0/4",
            "5/4",
            "3",
            "3/",
            "/3",
            "1/0",
            "0/0",
            "-1/3",
            "+1/3",
            "1/3/3",
            "a/b",
            "1/4294967296",
            "auto/",
            "auto/x",
            "auto/-1",
            "Auto",
            "1 /3",
        ] {
            assert!(read(text).unwrap_err().starts_with("write I/N"), "{text}");
        }
    }

    #[test]
    fn a_task_knows_its_share() {
        let slurm = |task: u64, (first, last, count): (u64, u64, u64)| {
            let variables = [
                format!("SLURM_ARRAY_TASK_ID={task}"),
                format!("SLURM_ARRAY_TASK_MIN={first}"),
                format!("SLURM_ARRAY_TASK_MAX={last}"),
                format!("SLURM_ARRAY_TASK_COUNT={count}"),
            ];
            shard(&variables.each_ref().map(String::as_str), None)
        };
        assert_eq!(slurm(0, (0, 15, 16)).as_deref(), Ok("1/16"));
        assert_eq!(slurm(15, (0, 15, 16)).as_deref(), Ok("16/16"));
        assert_eq!(slurm(3, (1, 8, 8)).as_deref(), Ok("3/8"));
        assert_eq!(slurm(5, (1, 7, 4)).as_deref(), Ok("3/4"));
        assert_eq!(slurm(7, (7, 7, 1)).as_deref(), Ok("1/1"));
        for (task, array) in [(2, (1, 10, 3)), (2, (1, 9, 3)), (0, (1, 8, 8)), (9, (1, 8, 8))] {
            assert!(slurm(task, array).is_err(), "{task} of {array:?}");
        }
        let grid_engine = ["SGE_TASK_ID=9", "SGE_TASK_FIRST=1", "SGE_TASK_LAST=10"];
        let stepped = [&grid_engine[..], &["SGE_TASK_STEPSIZE=4"]].concat();
        assert_eq!(shard(&stepped, None).as_deref(), Ok("3/3"));
        for (variables, expected) in [
            (["AWS_BATCH_JOB_ARRAY_INDEX=0", "AWS_BATCH_JOB_ARRAY_SIZE=4"], "1/4"),
            (["CLOUD_RUN_TASK_INDEX=3", "CLOUD_RUN_TASK_COUNT=4"], "4/4"),
            (["BATCH_TASK_INDEX=1", "BATCH_TASK_COUNT=4"], "2/4"),
            (["CI_NODE_INDEX=4", "CI_NODE_TOTAL=4"], "4/4"),
            (["AWS_BATCH_JOB_ARRAY_INDEX=0", "AWS_BATCH_JOB_ARRAY_SIZE=10000"], "1/10000"),
        ] {
            assert_eq!(shard(&variables, None).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn where_the_scheduler_does_not_tell_how_many_there_are_the_user_does() {
        for (variable, expected) in [
            ("JOB_COMPLETION_INDEX=0", "1/8"),
            ("JOB_COMPLETION_INDEX=7", "8/8"),
            ("PBS_ARRAY_INDEX=8", "8/8"),
            ("LSB_JOBINDEX=1", "1/8"),
            ("PARALLEL_SEQ=2", "2/8"),
        ] {
            assert_eq!(shard(&[variable], Some(8)).as_deref(), Ok(expected));
            assert!(shard(&[variable], None).unwrap_err().contains("write auto/N"), "{variable}");
        }
        for variable in ["JOB_COMPLETION_INDEX=8", "PBS_ARRAY_INDEX=0", "PARALLEL_SEQ=9"] {
            assert!(shard(&[variable], Some(8)).unwrap_err().contains("none of 8"), "{variable}");
        }
        let batch = ["AWS_BATCH_JOB_ARRAY_INDEX=2", "AWS_BATCH_JOB_ARRAY_SIZE=4"];
        assert_eq!(shard(&batch, Some(4)).as_deref(), Ok("3/4"));
        assert!(shard(&batch, Some(8)).unwrap_err().contains("4 tasks, and auto/8 was given"));
    }

    #[test]
    fn missing_or_contradictory_variables_are_named() {
        for (variables, words) in [
            (&[][..], "no task of a known job array"),
            (&["SGE_TASK_ID=undefined"], "no task of a known job array"),
            (&["LSB_JOBINDEX=0"], "no task of a known job array"),
            (&["CI_NODE_TOTAL=1"], "no task of a known job array"),
            (&["SLURM_ARRAY_TASK_ID=1"], "SLURM_ARRAY_TASK_MIN is not"),
            (&["CI_NODE_INDEX=1"], "CI_NODE_TOTAL is not"),
            (&["CI_NODE_INDEX=one", "CI_NODE_TOTAL=2"], "CI_NODE_INDEX is no number: `one`"),
            (&["CI_NODE_INDEX=1", "CI_NODE_TOTAL="], "CI_NODE_TOTAL is no number"),
            (&["CI_NODE_INDEX=1", "CI_NODE_TOTAL=0"], "none of 0 tasks"),
            (
                &["PARALLEL_SEQ=1", "SLURM_ARRAY_TASK_ID=1"],
                "both SLURM_ARRAY_TASK_ID and PARALLEL_SEQ are set",
            ),
        ] {
            let error = shard(variables, None).unwrap_err();
            assert!(error.contains(words), "{variables:?}: {error}");
        }
    }
}
