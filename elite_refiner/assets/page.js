
"use strict";
const $=id=>document.getElementById(id), most=LIMIT*1e6; let photo=null, timer=0, asked=0, busy=null;
const say=(text,bad)=>{$("say").textContent=text;$("say").className=bad?"bad":""};
const fail=e=>{if(e.name!=="AbortError")say(e instanceof TypeError?"The service does not answer; is it still running?":e.message,true)};
async function ask(path,options){const r=await fetch(path,options);if(r.ok)return r;let why="";try{why=(await r.json()).error}catch(e){}throw new Error(why||"The service answered "+r.status)}
function show(img,blob){const old=img.src;return new Promise((yes,no)=>{img.onload=()=>{if(old.startsWith("blob:"))URL.revokeObjectURL(old);yes()};img.onerror=()=>no(new Error("The picture could not be shown"));img.src=URL.createObjectURL(blob)})}
function place(){$("view").style.setProperty("--at",$("at").value+"%")}
async function refresh(){if(!photo)return;const n=++asked;if(busy)busy.abort();busy=new AbortController();$("view").classList.add("busy");say("Refining\u2026");
 try{const r=await ask(photo.after+"?strength="+$("strength").value,{signal:busy.signal}),blob=await r.blob();if(n!==asked)return;await show($("after"),blob);say(photo.width+" \u00d7 "+photo.height+" pixels. Drag the line to compare.")}
 catch(e){fail(e)}finally{if(n===asked)$("view").classList.remove("busy")}}
async function take(file){if(!file)return;if(file.size>most){say(file.name+": larger than LIMIT MB",true);return}
 say("Reading "+file.name+"\u2026");$("file").disabled=true;
 try{const form=new FormData();form.append("photo",file);const p=await(await ask("/photos",{method:"POST",body:form})).json(),b=await(await ask(p.before)).blob();
  await show($("before"),b);await show($("after"),b);forget();photo=p;$("name").textContent=p.name;$("start").hidden=true;$("work").hidden=false;$("at").value=50;place();$("at").focus({preventScroll:true});await refresh()}
 catch(e){fail(e)}finally{$("file").disabled=false;$("file").value=""}}
function forget(){if(photo)fetch(photo.self,{method:"DELETE"}).catch(()=>{});photo=null}
$("file").onchange=e=>take(e.target.files[0]);$("at").oninput=place;
$("strength").oninput=e=>{$("value").textContent=Number(e.target.value).toFixed(2);clearTimeout(timer);timer=setTimeout(refresh,180)};
$("again").onclick=()=>{forget();++asked;if(busy)busy.abort();$("work").hidden=true;$("start").hidden=false;$("name").textContent="";say("");$("file").focus()};
$("save").onclick=async()=>{if(!photo)return;const s=$("strength").value,p=photo;$("save").disabled=true;say("Refining at full size\u2026");
 try{const blob=await(await ask(p.download+"?strength="+s)).blob(),a=document.createElement("a");a.href=URL.createObjectURL(blob);a.download=p.refined_name;a.click();setTimeout(()=>URL.revokeObjectURL(a.href),60000);say("Saved as "+p.refined_name)}
 catch(e){fail(e)}finally{$("save").disabled=false}};
addEventListener("dragover",e=>{e.preventDefault();$("drop").classList.add("over")});
addEventListener("dragleave",e=>{if(!e.relatedTarget)$("drop").classList.remove("over")});
addEventListener("drop",e=>{e.preventDefault();$("drop").classList.remove("over");take(e.dataTransfer.files[0])});
