//! x
use std::time::Instant; use beehive_core::queue::*; use beehive_core::page::*; use beehive_rabbit::*;
use beehive_core::event::Event; use std::num::*; use std::time::Duration; use jiff::Timestamp;
fn rss()->String{std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l|l.starts_with("VmRSS")||l.starts_with("VmHWM")).collect::<Vec<_>>().join(" ")}
#[tokio::main(flavor="multi_thread", worker_threads=2)]
async fn main(){
  let kind=if std::env::args().nth(1).as_deref()==Some("classic"){QueueType::Classic}else{QueueType::Quorum};
  let n:usize=std::env::args().nth(2).unwrap().parse().unwrap(); let size:usize=std::env::args().nth(3).unwrap().parse().unwrap();
  let url="amqp://guest:guest@127.0.0.1:6100";
  let cfg=RabbitConfig::from_url(url).unwrap().with_namespace("big".parse().unwrap()).with_queue_type(kind);
  let q=RabbitQueue::connect(cfg).await.unwrap(); let name:QueueName="Big-One".parse().unwrap();
  q.delete(&name).await.unwrap(); q.declare(&name).await.unwrap();
  let t=Instant::now();
  let many=NonZeroUsize::new(500).unwrap();
  let mut r=q.receiver(&name,ReceiverOptions::new(many,Duration::from_secs(60))).await.unwrap();
  let rec=DeadLetterRecord{reason:DeadLetterReason::Terminal,errors:vec!["x".into()],attempts:1,actor:"a".into(),host:"h".into(),first_failure:Timestamp::UNIX_EPOCH,last_failure:Timestamp::UNIX_EPOCH};
  let mut done=0; while done<n { let evs:Vec<_>=(0..500).map(|_|Event::new("Big","text/plain",vec![b'x';size])).collect(); q.publish(&evs).await.unwrap();
    let mut got=0; while got<500 { let ls=r.receive(many,Duration::from_secs(10)).await.unwrap(); got+=ls.len(); futures_util::future::join_all(ls.into_iter().map(|l|l.dead_letter(&rec))).await.into_iter().for_each(|x|x.unwrap()); } done+=500; }
  r.close().await.unwrap();
  println!("{kind:?} buried {n} of {size} B in {:?} {}",t.elapsed(),rss());
  let d=q.dead_letters();
  let t=Instant::now(); println!("count {} {:?}",d.count(&name).await.unwrap(),t.elapsed());
  for _ in 0..3 { let t=Instant::now(); let p=d.list(&name,&PageRequest::first(100)).await.unwrap(); println!("first page {} in {:?} {}",p.items.len(),t.elapsed(),rss()); }
  let t=Instant::now(); let x=d.redrive_all(&name,RedriveRate::per_second(NonZeroU32::MAX)).await.unwrap(); println!("redrive_all {x} in {:?} {}",t.elapsed(),rss());
  q.delete_declared().await.unwrap();
}
