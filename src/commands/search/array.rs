//! Job arrays: how schedulers tell a task which of how many it is, by variables of its environment.

use super::shard::Shard;

/// A scheduler's job arrays.
struct JobArray {
    scheduler: &'static str,
    /// The variable that holds the task's number.
    task: &'static str,
    tasks: Tasks,
}

/// How a task's number becomes its place among the others.
enum Tasks {
    /// Numbered in a row from this number on; a variable says how many there are.
    Counted { first: u64, count: &'static str },
    /// From one variable's number to another's, evenly spread: of a list with gaps, none can tell the place.
    Spread { first: &'static str, last: &'static str, count: &'static str },
    /// From one variable's number to another's, in steps of a third's.
    Stepped { first: &'static str, last: &'static str, step: &'static str },
    /// Numbered in a row from this number on; how many there are, or were begun with, no variable says.
    Untold { first: u64, advice: &'static str },
}

/// The names are those of each scheduler's manual, section "job arrays" or "environment variables".
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
        tasks: Tasks::Untold { first: 0, advice: "N is the job's `completions`" },
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
        tasks: Tasks::Untold { first: 1, advice: "submit it with -J 1-N" },
    },
    JobArray {
        scheduler: "LSF",
        task: "LSB_JOBINDEX",
        // LSB_JOBINDEX_END is the last number, but the first one is nowhere told.
        tasks: Tasks::Untold { first: 1, advice: "submit it as -J \"name[1-N]\"" },
    },
    JobArray {
        scheduler: "GitLab CI",
        task: "CI_NODE_INDEX",
        tasks: Tasks::Counted { first: 1, count: "CI_NODE_TOTAL" },
    },
    JobArray {
        scheduler: "GNU parallel",
        task: "PARALLEL_SEQ",
        tasks: Tasks::Untold { first: 1, advice: "give it N arguments" },
    },
];

/// The share of the task that this process is part of, among as many as there are tasks, or as are said.
///
/// # Errors
/// A sentence that names what is missing, or what contradicts what.
pub(super) fn shard_of_task(
    said: Option<u64>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Shard, String> {
    let found = JOB_ARRAYS.iter().filter_map(|array| {
        let task = variable(array.task).filter(|task| array.is_task(task))?;
        Some((array, task))
    });
    match found.collect::<Vec<_>>().as_slice() {
        [(array, task)] => array.shard(task, said, variable),
        [] => {
            Err("this is no task of a job array that is known: name the share, such as 3/16"
                .to_owned())
        }
        [(one, _), (other, _), ..] => Err(format!(
            "both {} and {} are set: name the share, such as 3/16",
            one.task, other.task
        )),
    }
}

impl JobArray {
    /// Grid Engine and LSF set the variable of every job.
    fn is_task(&self, task: &str) -> bool {
        !matches!((self.task, task), ("SGE_TASK_ID", "undefined") | ("LSB_JOBINDEX", "0"))
    }

    fn shard(
        &self,
        task: &str,
        said: Option<u64>,
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
            Tasks::Untold { first, advice } => {
                let count = said.ok_or_else(|| {
                    let scheduler = self.scheduler;
                    format!("{scheduler} does not tell how many tasks there are: write auto/N ({advice})")
                })?;
                (first, 1, count)
            }
        };
        // Of an array with fewer tasks, most shares would not be taken by anyone.
        if let Some(said) = said.filter(|said| *said != count) {
            return Err(format!(
                "the array has {count} tasks, and {said} are said: write auto, or name the share, such as 3/{said}"
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
            Tasks::Untold { advice, .. } => advice,
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
    fn shard(variables: &[&str], said: Option<u64>) -> Result<String, String> {
        let variable = |name: &str| {
            let found = variables.iter().filter_map(|it| it.split_once('='));
            found.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
        };
        shard_of_task(said, variable).map(|shard| shard.to_string())
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
        assert!(shard(&batch, Some(8)).unwrap_err().contains("4 tasks, and 8 are said"));
    }

    #[test]
    fn what_is_missing_or_contradicts_itself_is_named() {
        for (variables, words) in [
            (&[][..], "no task of a job array"),
            (&["SGE_TASK_ID=undefined"], "no task of a job array"),
            (&["LSB_JOBINDEX=0"], "no task of a job array"),
            (&["CI_NODE_TOTAL=1"], "no task of a job array"),
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
