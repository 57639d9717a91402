"""A step of POST as the research pipeline does it: four forwards with full-sequence logits (student and teacher, each with
and without its prompt), both losses, backward, Adam. The three that need no gradient run under no_grad."""

import torch
from peer import kl, parse_arguments, random_tokens, serve
from peft import PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM

ALPHA = 0.5

options = parse_arguments(__doc__)


def load_with_prompt(folder: str):
    base = AutoModelForCausalLM.from_pretrained(folder)
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=options.prompt)
    return base, get_peft_model(base, config).eval()


student, prompted_student = load_with_prompt(options.student)
teacher, prompted_teacher = load_with_prompt(options.model)
optimizer = torch.optim.Adam([p for p in prompted_teacher.parameters() if p.requires_grad], lr=1e-3)
ids = random_tokens(options, teacher.config.vocab_size)
inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


def step() -> None:
    optimizer.zero_grad()
    with torch.no_grad():
        student_with = prompted_student(**inputs).logits[:, -1]
        student_without = student(**inputs).logits[:, -1]
        teacher_without = teacher(**inputs).logits[:, -1]
    teacher_with = prompted_teacher(**inputs).logits[:, -1]
    output_loss = kl(student_with, teacher_with)
    difference_loss = kl(student_with - student_without, teacher_with - teacher_without)
    ((1 - ALPHA) * output_loss + ALPHA * difference_loss).backward()
    optimizer.step()


serve(step)
